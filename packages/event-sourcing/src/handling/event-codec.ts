import { CatgaError } from '@catga/nestjs';
import { encodeMessageBody, messageOf } from '@catga/core/engine';
import type { Codec, MessageType } from '@catga/core/engine';
import { PersonalData } from './personal-data.js';
import type { StreamDefinition } from '../definition/stream-definition.js';
import type { DecisionRecord, EventStore, NewEvent, RecordedEvent } from '../store/event-store.js';

/** Header with the version of an event's fields; absent for 1. */
const VERSION = 'catga-version';

/** Encodes events and states of streams by the serializer of the node. */
export class EventCodec {
  private readonly personal: PersonalData;

  constructor(
    private readonly codec: Codec,
    store: () => EventStore,
  ) {
    this.personal = new PersonalData(store, codec);
  }

  /** Encodes an event. Errors are those of `publish`. */
  async encode(
    stream: StreamDefinition,
    event: object,
    headers: NewEvent['headers'],
    decision: DecisionRecord | undefined,
  ): Promise<NewEvent> {
    const { type, version } = stream.eventOf(event);
    const sealed = await this.personal.sealed(type, event);
    const body = bytesOf(encodeMessageBody(this.codec, type, sealed?.event ?? event));
    return {
      name: type.name,
      body,
      serializer: this.serializer,
      headers: { ...headers, ...sealed?.headers, ...(version > 1 && { [VERSION]: String(version) }) },
      ...(decision && { decision }),
    };
  }

  /** Decodes an event. `CATGA_UNSUPPORTED`, retryable, for an event or a version that the class of the stream does not know. */
  decode(stream: StreamDefinition, recorded: RecordedEvent): object | Promise<object> {
    const { name, body, serializer, headers } = recorded;
    const known = stream.events.get(name);
    const version = Number(headers[VERSION] ?? 1);
    if (known === undefined || version > known.version) throw unknownError(stream.target, recorded, version);
    const latest = (fields: unknown): object =>
      messageOf(known.type, version === known.version ? fields : stream.upcast(known, version, fields));
    return this.opened(known.type, recorded, this.codec.decode(name, body, serializer), latest);
  }

  /**
   * Like {@link decode}, for a reader of all streams.
   * @param stream stream that knows the event; undefined if there is none
   */
  decodeAs(
    type: MessageType,
    recorded: RecordedEvent,
    stream: StreamDefinition | undefined,
  ): object | Promise<object> {
    const { name, body, serializer, headers } = recorded;
    const known = stream?.events.get(name);
    const version = Number(headers[VERSION] ?? 1);
    if (version > (known?.version ?? 1)) throw unknownError(type.target, recorded, version);
    const latest = (fields: unknown): object =>
      messageOf(
        type,
        stream === undefined || known === undefined ? fields : stream.upcast(known, version, fields),
      );
    return this.opened(type, recorded, this.codec.decode(name, body, serializer), latest);
  }

  /** Decrypts personal fields; asynchronous only if there are any. */
  private opened(
    type: MessageType,
    { headers, serializer }: RecordedEvent,
    stored: unknown,
    latest: (fields: unknown) => object,
  ): object | Promise<object> {
    return this.personal.isSealed(headers)
      ? this.personal
          .opened(type, stored, headers, serializer)
          .then(({ fields, erased }) => Object.assign(latest(fields), erased))
      : latest(stored);
  }

  /** Encodes the fields of a state. */
  encodeState({ target }: StreamDefinition, state: object): Uint8Array {
    return bytesOf(this.codec.encodeBody(`The state of ${target.name}`, state));
  }

  /** Decodes the fields of a state. `CATGA_SERIALIZATION` */
  decodeState({ target }: StreamDefinition, state: Uint8Array): object {
    const name = `The state of ${target.name}`;
    return messageOf({ name, target }, this.codec.decode(name, state));
  }

  /** Name of the serializer. */
  get serializer(): string {
    return this.codec.serializer.name;
  }

  /** Encodes the result of a decision; absent if it has none. */
  encodeResult(name: string, result: unknown): Pick<DecisionRecord, 'result'> {
    return result === undefined
      ? {}
      : { result: bytesOf(this.codec.encodeBody(`The result of ${name}`, result)) };
  }

  decodeResult(name: string, { result }: DecisionRecord, serializer: string): unknown {
    return result === undefined ? undefined : this.codec.decode(`The result of ${name}`, result, serializer);
  }
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

function unknownError(
  target: { readonly name: string },
  recorded: RecordedEvent,
  version: number,
): CatgaError {
  const { stream, name } = recorded;
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `The stream '${stream}' has the event '${name}' in version ${version}, which ${target.name} does not know: a node with newer code has to handle it, or a method with @Evolve is missing.`,
    { details: { stream, version: recorded.version, name }, retryable: true },
  );
}
