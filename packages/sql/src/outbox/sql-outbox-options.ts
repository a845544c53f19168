import { checkedOptions } from '@catga/core/engine';
import { z } from 'zod';
import type { SchemaMode } from '../schema/prepare-schema.js';

/**
 * Options of an outbox in a database.
 *
 * @publicApi
 */
export interface SqlOutboxOptions {
  /**
   * Handling of the tables at start-up. `'create'`: creates them. `'verify'`: fails the start without them; create them in a migration by
   * the script of `sqlSchema()`. `'off'`: nothing.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode;
  /**
   * Retention of handled messages, in milliseconds. A duplicate that arrives later is handled again.
   * @defaultValue 604_800_000 (7 days)
   */
  readonly retentionMs?: number;
}

export type ResolvedSqlOutboxOptions = Readonly<Required<SqlOutboxOptions>>;

const schema = z.strictObject({
  schema: z.enum(['create', 'verify', 'off']).default('create'),
  retentionMs: z
    .number()
    .positive()
    .default(7 * 24 * 60 * 60 * 1000),
});

/** Fills in the defaults and refuses invalid options. */
export function resolveSqlOutboxOptions(options: SqlOutboxOptions): ResolvedSqlOutboxOptions {
  return Object.freeze(checkedOptions('The outbox in a database', schema, options));
}
