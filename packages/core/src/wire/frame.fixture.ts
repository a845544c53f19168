import type { NodeAddress } from '../ports/links.js';
import { FrameReader, bytesBody } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import type { ReplyStatus } from './frame-layout.js';
import type { EventRecord, FrameHeader, FrameVisitors, RequestRecord } from './frame-records.js';

/** Record with its kind, so that tests can list records of all kinds. */
export type AnyRecord =
  | ({ readonly kind: 'request' } & RequestRecord)
  | {
      readonly kind: 'reply';
      readonly correlation: number;
      readonly status: ReplyStatus;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'cancel'; readonly correlation: number }
  | ({ readonly kind: 'event' } & EventRecord);

/** Header facts a frame is written with. */
export interface FrameFacts {
  readonly serializer?: string;
  readonly sender?: NodeAddress;
  readonly receiver?: NodeAddress;
  readonly sequence?: number;
  readonly acknowledged?: number;
  readonly acknowledgedCount?: number;
}

export const A_SENDER: NodeAddress = { nodeId: 'gateway-1', incarnation: 1_700_000_000_000 };
export const A_RECEIVER: NodeAddress = { nodeId: 'orders-1', incarnation: 1_700_000_000_001 };

/** Request without optional fields. */
export const aRequest: RequestRecord = {
  correlation: 1,
  name: 'orders.create',
  qos: 1,
  attempt: 1,
  isRetransmission: false,
  remainingMs: 30_000,
  body: Buffer.from('{}'),
};

export function writeRecord(writer: FrameWriter, record: AnyRecord): boolean {
  switch (record.kind) {
    case 'request':
      return writer.request(record);
    case 'reply':
      return writer.reply(record.correlation, record.status, record.body);
    case 'cancel':
      return writer.cancel(record.correlation);
    case 'event':
      return writer.event(record);
  }
}

export function writeFrame(records: readonly AnyRecord[], facts: FrameFacts = {}): Uint8Array {
  const { serializer = 'json', sender = A_SENDER, receiver = A_RECEIVER } = facts;
  const writer = new FrameWriter(serializer, sender, receiver);
  for (const record of records) writeRecord(writer, record);
  return writer.finish(facts.sequence ?? 1, facts.acknowledged ?? 0, facts.acknowledgedCount ?? 0);
}

/** Collects the records of a frame, with copies of their bodies. */
export class RecordCollector implements FrameVisitors {
  readonly requests = this;
  readonly replies = this;
  readonly events = this;
  readonly records: AnyRecord[] = [];

  request(record: RequestRecord): void {
    this.records.push({ kind: 'request', ...record, body: copy(record.body) });
  }

  reply(correlation: number, status: ReplyStatus, body: Uint8Array): void {
    this.records.push({ kind: 'reply', correlation, status, body: copy(body) });
  }

  cancel(correlation: number): void {
    this.records.push({ kind: 'cancel', correlation });
  }

  event(record: EventRecord): void {
    this.records.push({ kind: 'event', ...record, body: copy(record.body) });
  }
}

export function headerOf(frame: Uint8Array): FrameHeader {
  return new FrameReader(bytesBody).header(frame);
}

export function recordsOf(frame: Uint8Array, reader = new FrameReader(bytesBody)): readonly AnyRecord[] {
  const collector = new RecordCollector();
  reader.records(frame, reader.header(frame), collector);
  return collector.records;
}

function copy(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
