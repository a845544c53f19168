import { FrameReader, bytesBody } from '../../wire/frame-reader.js';
import { FrameWriter } from '../../wire/frame-writer.js';

/** Contents of a frame that could not be sent. */
export interface UnsentFrame {
  /** Correlation numbers of its requests. */
  readonly requests: readonly number[];
  /** Whether it had other records, which have no caller here. */
  readonly hasMore: boolean;
}

export function readUnsent(frame: Uint8Array): UnsentFrame {
  const requests: number[] = [];
  let hasMore = false;
  const other = (): void => void (hasMore = true);
  const reader = new FrameReader(bytesBody);
  reader.records(frame, reader.header(frame), {
    requests: { request: ({ correlation }) => void requests.push(correlation), cancel: other },
    replies: { reply: other },
    events: { event: other },
  });
  return { requests, hasMore };
}

/**
 * Copy of a buffered frame with the remaining time of its requests as it is now, and without those that no caller waits
 * for; undefined if nothing is left.
 * @param remainingMsOf remaining time of a request, in milliseconds; undefined if its caller no longer waits
 */
export function withoutExpired(
  frame: Uint8Array,
  remainingMsOf: (correlation: number) => number | undefined,
): Uint8Array | undefined {
  const reader = new FrameReader(bytesBody);
  const header = reader.header(frame);
  const { serializer, sender, receiverIncarnation, sequence, acknowledged, acknowledgedCount } = header;
  const writer = new FrameWriter(serializer, sender, { nodeId: '', incarnation: receiverIncarnation });
  reader.records(frame, header, {
    requests: {
      request(record) {
        const remainingMs = remainingMsOf(record.correlation);
        if (remainingMs !== undefined) writer.request({ ...record, remainingMs });
      },
      cancel: (correlation) => void writer.cancel(correlation),
    },
    replies: { reply: (correlation, status, body) => void writer.reply(correlation, status, body) },
    events: { event: (record) => void writer.event(record) },
  });
  return writer.count === 0 ? undefined : writer.finish(sequence, acknowledged, acknowledgedCount);
}
