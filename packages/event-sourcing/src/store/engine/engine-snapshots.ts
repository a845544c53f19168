import { CatgaError } from '@catga/nestjs';
import type { RecordStore } from '@catga/core/engine';
import type { Snapshot, SnapshotStore } from '../event-store.js';
import { recordKey } from '../records/record-key.js';
import type { StreamPlaces } from './stream-places.js';

/** Header of a snapshot: version, serializer, and the place to continue reading from. */
type Line = readonly [version: number, serializer: string, placeVersion: number, position: number];

const NEW_LINE = 10;

/** Snapshots in records of the engine, with the place to continue reading from. */
export class EngineSnapshots implements SnapshotStore {
  constructor(
    private readonly engine: { readonly records: RecordStore },
    private readonly places: StreamPlaces,
  ) {}

  async load(stream: string, stateVersion: number): Promise<Snapshot | undefined> {
    const found = await this.engine.records.read(keyOf(stream, stateVersion));
    if (found === undefined) return undefined;
    const { line, state } = partsOf(found.value);
    const [version, serializer, placeVersion, position] = line;
    if (position > 0) this.places.add(stream, { version: placeVersion, position });
    return { version, serializer, state };
  }

  /** Saves a snapshot, unless another node has saved a later one. */
  async save(stream: string, stateVersion: number, { version, serializer, state }: Snapshot): Promise<void> {
    const { records } = this.engine;
    const key = keyOf(stream, stateVersion);
    const found = await records.read(key);
    if (found !== undefined && partsOf(found.value).line[0] >= version) return;
    const place = this.places.upTo(stream, version);
    const line: Line = [version, serializer, place.version, place.position];
    const value = Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), state]);
    if (value.byteLength > records.maxValueBytes)
      throw new CatgaError(
        'CATGA_PAYLOAD_TOO_LARGE',
        `It would have ${value.byteLength} bytes; the limit is ${records.maxValueBytes}.`,
        { details: { stream, bytes: value.byteLength, maxBytes: records.maxValueBytes } },
      );
    await records.write(key, value, found?.version ?? 0);
  }
}

function keyOf(stream: string, stateVersion: number): string {
  return recordKey('snapshot', String(stateVersion), stream);
}

function partsOf(value: Uint8Array): { readonly line: Line; readonly state: Uint8Array } {
  const end = value.indexOf(NEW_LINE);
  const line = JSON.parse(Buffer.from(value.subarray(0, end)).toString()) as Line;
  return { line, state: value.subarray(end + 1) };
}
