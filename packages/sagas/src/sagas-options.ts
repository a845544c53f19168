import { checkedOptions } from '@catga/core/engine';
import { z } from 'zod';

/**
 * Options of `CatgaSagasModule.forRoot`.
 *
 * @publicApi
 */
export interface CatgaSagasOptions {
  /**
   * Store of the records. `'engine'`: the store of the engine. `'outbox'`: the database of the outbox, such as `sqlOutbox()`. Then each
   * step is one transaction: what its method writes there, the record, and what the saga sends.
   * @defaultValue 'engine'
   */
  readonly store?: 'engine' | 'outbox';
}

const schema = z.strictObject({ store: z.enum(['engine', 'outbox']).default('engine') });

/** Options with defaults. `CATGA_CONFIGURATION` for invalid options. */
export function resolveSagasOptions(options: CatgaSagasOptions): Readonly<Required<CatgaSagasOptions>> {
  return Object.freeze(checkedOptions('CatgaSagasModule', schema, options));
}
