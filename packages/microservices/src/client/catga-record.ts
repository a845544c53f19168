import type { QualityOfService } from '@catga/nestjs';

/**
 * Options of a message that a {@link CatgaRecord} carries.
 *
 * @publicApi
 */
export interface CatgaRecordOptions {
  /** Idempotency key of a request, or deduplication id of a reliable event. */
  readonly messageId?: string;
  /** Headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Key for ordering and consistent hashing. */
  readonly key?: string;
  /** Timeout of a request, in milliseconds. */
  readonly timeoutMs?: number;
  /**
   * Delivery guarantee of the pattern's messages. The first message of a pattern fixes it while the application runs.
   * @defaultValue 1 for `send`, 0 for `emit`
   */
  readonly qos?: QualityOfService;
}

/**
 * Data with options, for `client.send(pattern, new CatgaRecord(data, options))` and `emit`.
 *
 * @publicApi
 */
export class CatgaRecord<T = unknown> {
  constructor(
    readonly data: T,
    readonly options: CatgaRecordOptions = {},
  ) {}
}
