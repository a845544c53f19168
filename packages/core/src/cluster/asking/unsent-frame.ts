import { FrameReader, bytesBody } from '../../wire/frame-reader.js';

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
