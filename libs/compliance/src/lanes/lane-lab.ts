import type { LaneFrame, LaneLog, LaneReader, LaneSink } from '@catga/core/engine';
import type { LaneStoreHarness, LaneStoreUnderTest } from './lane-store-harness.js';

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** Test bench of one case: an empty store, its clock, and connections to it. */
export class LaneLab {
  private underTest: LaneStoreUnderTest | undefined;
  private readonly connections: { close(): Promise<void> }[] = [];

  constructor(readonly harness: LaneStoreHarness) {}

  async open(): Promise<void> {
    this.underTest = await this.harness.create();
  }

  async close(): Promise<void> {
    const { underTest } = this;
    this.underTest = undefined;
    await Promise.all(this.connections.splice(0).map((connection) => connection.close()));
    await underTest?.stop?.();
  }

  async connect(): Promise<Awaited<ReturnType<LaneStoreUnderTest['connect']>>> {
    const connection = await this.store.connect();
    this.connections.push(connection);
    return connection;
  }

  /** Makes the store lose its data; resolves with false if it cannot. */
  async forget(): Promise<boolean> {
    const { forget } = this.store;
    await forget?.call(this.store);
    return forget !== undefined;
  }

  async pass(ms: number): Promise<void> {
    const { clock } = this.store;
    if (clock !== undefined) await clock.advance(ms);
    else await new Promise((resolve) => void setTimeout(resolve, ms));
  }

  async until(condition: () => boolean): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > endMs)
        throw new Error(`It was not so within ${PATIENCE_MS} ms: ${condition.toString()}`);
      await this.pass(POLL_MS);
    }
  }

  private get store(): LaneStoreUnderTest {
    if (this.underTest === undefined) throw new Error('There is a store only while a case runs.');
    return this.underTest;
  }
}

/** Frames that a reader was given. */
export class ReadFrames implements LaneSink {
  readonly frames: { readonly position: number; readonly text: string }[] = [];
  readonly reader: LaneReader;
  timesCaughtUp = 0;
  isDisplaced = false;

  constructor(log: LaneLog, lane: number, from = 1, identity?: string) {
    this.reader = log.read(lane, from, this, identity);
  }

  get texts(): string[] {
    return this.frames.map(({ text }) => text);
  }

  frame(position: number, content: Uint8Array | LaneFrame): void {
    this.frames.push({ position, text: new TextDecoder().decode(bytesOf(content)) });
  }

  caughtUp(): void {
    this.timesCaughtUp++;
  }

  displaced(): void {
    this.isDisplaced = true;
  }
}

/** Frame content as bytes. */
export function bytesOf(content: Uint8Array | LaneFrame): Uint8Array {
  return content instanceof Uint8Array ? content : content.bytes;
}

let frames = 0;

/** Frame of one event with this text; the id is unique by default. */
export function textFrame(text: string, id = `frame-${++frames}`): LaneFrame {
  return { id, bytes: new TextEncoder().encode(text), events: 1 };
}
