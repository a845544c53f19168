/**
 * Quality of service: the delivery guarantee of a message class, not of a call.
 *
 * @publicApi
 */
export const QualityOfService = Object.freeze({
  /** Delivered once or not at all. The default of queries and of plain events. */
  AtMostOnce: 0,
  /** Redelivered until it succeeds; a handler may run again after a crash. The default of commands. */
  AtLeastOnce: 1,
  /** As at least once; after a recorded success or outcome the handler does not run again. */
  ExactlyOnce: 2,
} as const);

/** 0, 1 or 2; see {@link QualityOfService}. */
export type QualityOfService = (typeof QualityOfService)[keyof typeof QualityOfService];
