import { checkedOptions } from '@catga/core/engine';
import { z } from 'zod';

/**
 * Where an outbox on disk is, and how much it may hold.
 *
 * @publicApi
 */
export interface FileOutboxOptions {
  /** A folder of its own, made if it is missing. One process at a time uses it; two nodes have two. */
  readonly path: string;
  /**
   * Messages, parked ones included; beyond it `publish` and `enqueue` reject with `CATGA_OVERLOADED`.
   * @defaultValue 100_000
   */
  readonly maxMessages?: number;
  /**
   * Bodies and headers of all messages, in bytes; beyond it they reject with `CATGA_OVERLOADED`.
   * @defaultValue 268_435_456 (256 MiB)
   */
  readonly maxBytes?: number;
}

/** {@link FileOutboxOptions} with every default filled in. */
export type ResolvedFileOutboxOptions = Readonly<Required<FileOutboxOptions>>;

const schema = z.strictObject({
  path: z.string().min(1),
  maxMessages: z.int().positive().default(100_000),
  maxBytes: z
    .int()
    .positive()
    .default(256 * 1024 * 1024),
});

/** Fills in the defaults and refuses, naming every problem at once, what makes no sense. */
export function resolveFileOutboxOptions(options: FileOutboxOptions): ResolvedFileOutboxOptions {
  return Object.freeze(checkedOptions('The outbox on disk', schema, options));
}
