import { FrameReader, bytesBody } from '../../wire/frame-reader.js';

/** What was in a frame of this node that could not be sent. */
export interface UnsentFrame {
  /** The correlation numbers of its requests. */
  readonly requests: readonly number[];
  /** Whether there was something else in it, which nobody waits for here. */
  readonly hasMore: boolean;
}

export function readUnsent(frame: Uint8Array): UnsentFrame {
  const requests: number[] = [];
  let hasMore = false;
  const other = (): void => void (hasMore = true);
  const reader = new FrameReader(bytesBody);
  reader.records(frame, reader.header(frame), {
    request: ({ correlation }) => void requests.push(correlation),
    reply: other,
    cancel: other,
    event: other,
  });
  return { requests, hasMore };
}
