/**
 * What is promised about the delivery of a message. It belongs to the message, not to the call.
 *
 * @publicApi
 */
export const QualityOfService = Object.freeze({
  /** Delivered once or not at all. The default of queries and of plain events. */
  AtMostOnce: 0,
  /** Delivered until it succeeded; a handler may see it again after a crash. The default of commands. */
  AtLeastOnce: 1,
  /** As at least once, and a recorded success or outcome is never run again. */
  ExactlyOnce: 2,
} as const);

/** 0, 1 or 2; see {@link QualityOfService}. */
export type QualityOfService = (typeof QualityOfService)[keyof typeof QualityOfService];
