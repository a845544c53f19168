import type { HandlerBackoff } from '@catga/nestjs';
import { z } from 'zod';
import { isPart } from '../records/saga-records.js';
import { days } from './durations.js';

/**
 * Options of `@Saga`.
 *
 * @publicApi
 */
export interface SagaOptions {
  /** Name of the saga in its records, its queue and its durable subscription. Keep it when the class is renamed. */
  readonly name: string;
  /**
   * Version of the state. A new one needs `@UpgradeState` from the version before.
   * @defaultValue 1
   */
  readonly version?: number;
  /**
   * Minimum time an ended saga is kept, in milliseconds; its late inputs are ignored. Must exceed the longest delay of a message.
   * @defaultValue 604_800_000 (7 days)
   */
  readonly keepMs?: number;
  /**
   * The most bytes of a running saga's record: its state, the messages of its last step, the commands that undo it, and about 25 bytes
   * for each of its last 1,000 inputs. A step that compensates or ends it may exceed them, up to what the store takes.
   * @defaultValue 262_144
   */
  readonly maxBytes?: number;
  /**
   * Maximum number of inputs that a node handles concurrently, for events and, separately, for outcomes and timeouts. With
   * `store: 'outbox'` each takes a database connection.
   * @defaultValue 128; 16 with `store: 'outbox'`
   */
  readonly concurrency?: number;
  /**
   * Attempts before an input is dead-lettered: its method throws, or its saga has not started.
   * @defaultValue `retry.maxAttempts` of the module
   */
  readonly maxAttempts?: number;
  /**
   * Delay between attempts.
   * @defaultValue for each field that of `retry` of the module
   */
  readonly backoff?: HandlerBackoff;
  /**
   * Start position of a new saga: events published from its first start on, or all that the engine retains.
   * @defaultValue 'new'
   */
  readonly startFrom?: 'new' | 'beginning';
}

/** Maximum length of a saga's name, in characters. */
export const MAX_NAME = 100;

const asOfHandlers = z.unknown().optional();

const schema = z.strictObject({
  name: z.string().min(1).max(MAX_NAME).refine(isPart, 'must be text that a key can hold'),
  version: z.int().positive().default(1),
  keepMs: z.number().nonnegative().default(days(7)),
  maxBytes: z.int().positive().default(262_144),
  // Validated when the handlers are registered.
  concurrency: asOfHandlers,
  maxAttempts: asOfHandlers,
  backoff: asOfHandlers,
  startFrom: asOfHandlers,
});

/** Options with defaults. */
export type ResolvedSagaOptions = SagaOptions &
  Required<Pick<SagaOptions, 'version' | 'keepMs' | 'maxBytes'>>;

/** Options with defaults, or their problems. */
export function resolveSagaOptions(options: SagaOptions): ResolvedSagaOptions | readonly string[] {
  const { success, data, error } = schema.safeParse(options);
  if (success) {
    const { name, version, keepMs, maxBytes } = data;
    return Object.freeze({ ...options, name, version, keepMs, maxBytes });
  }
  return error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`);
}
