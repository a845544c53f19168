import { checkedOptions } from '@catga/core/engine';
import { z } from 'zod';

/**
 * Options of an outbox on disk.
 *
 * @publicApi
 */
export interface FileOutboxOptions {
  /** Folder of the outbox, created if missing. One process uses it at a time; give each node its own. */
  readonly path: string;
  /**
   * Maximum number of messages, including parked ones; beyond it `publish` and `enqueue` reject with `CATGA_OVERLOADED`.
   * @defaultValue 100_000
   */
  readonly maxMessages?: number;
  /**
   * Maximum size of all bodies and headers, in bytes; beyond it they reject with `CATGA_OVERLOADED`.
   * @defaultValue 268_435_456 (256 MiB)
   */
  readonly maxBytes?: number;
}

/** {@link FileOutboxOptions} with defaults. */
export type ResolvedFileOutboxOptions = Readonly<Required<FileOutboxOptions>>;

const schema = z.strictObject({
  path: z.string().min(1),
  maxMessages: z.int().positive().default(100_000),
  maxBytes: z
    .int()
    .positive()
    .default(256 * 1024 * 1024),
});

/** Fills in the defaults and rejects invalid options, with all problems at once. */
export function resolveFileOutboxOptions(options: FileOutboxOptions): ResolvedFileOutboxOptions {
  return Object.freeze(checkedOptions('The outbox on disk', schema, options));
}
