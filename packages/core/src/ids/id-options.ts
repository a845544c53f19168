import { z } from 'zod';
import { CatgaError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import { systemClock } from '../time/system-clock.js';
import type { ClockDrift } from './clock-drift.js';
import { DEFAULT_ID_LAYOUT, layoutProblems } from './id-layout.js';
import type { IdLayout } from './id-layout.js';

/**
 * Options of {@link CatgaIds}.
 *
 * @publicApi
 */
export interface CatgaIdsOptions {
  /**
   * Worker id, unique among concurrent generators: 0 to `2 ** layout.workerBits - 1`. Two live
   * generators with one worker id generate the same ids, so lease it; do not choose it at random.
   * @defaultValue 0
   */
  readonly workerId?: number;
  /**
   * Bit layout. Omitted fields keep their default.
   * @defaultValue {@link DEFAULT_ID_LAYOUT}
   */
  readonly layout?: Partial<IdLayout>;
  /**
   * Clock of the generator.
   * @defaultValue the system clock
   */
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Backward step of the clock above which `onClockDrift` is called, in milliseconds. Smaller steps
   * are not reported.
   * @defaultValue 1000
   */
  readonly maxBackwardDriftMs?: number;
  /**
   * Maximum time by which ids may run ahead of the clock when the sequence is exhausted, in milliseconds.
   * Beyond it the generator blocks until the clock's next millisecond, which limits the rate to
   * `2 ** sequenceBits` ids per millisecond.
   * @defaultValue 1000
   */
  readonly maxBorrowMs?: number;
  /**
   * Callback for each backward step of more than `maxBackwardDriftMs`, called synchronously by the call
   * that detects it. Ids then continue from the last timestamp. An error of the callback does not affect ids; the first
   * one is reported as a process warning.
   * @defaultValue none
   */
  readonly onClockDrift?: (drift: ClockDrift) => void;
}

/** {@link CatgaIdsOptions} with defaults. */
export type ResolvedIdsOptions = Required<Omit<CatgaIdsOptions, 'layout'>> & { readonly layout: IdLayout };

const DEFAULT_DRIFT_MS = 1_000;
const DEFAULT_BORROW_MS = 1_000;

const bits = (max: number, fallback: number) => z.int().min(1).max(max).default(fallback);
const milliseconds = (fallback: number) => z.int().min(0).default(fallback);

const layoutSchema = z
  .strictObject({
    timestampBits: bits(52, DEFAULT_ID_LAYOUT.timestampBits),
    workerBits: bits(31, DEFAULT_ID_LAYOUT.workerBits),
    sequenceBits: bits(30, DEFAULT_ID_LAYOUT.sequenceBits),
    epochMs: milliseconds(DEFAULT_ID_LAYOUT.epochMs),
  })
  .superRefine((layout, context) => {
    for (const message of layoutProblems(layout)) context.addIssue({ code: 'custom', message });
  });

const optionsSchema = z
  .strictObject({
    workerId: z.int().min(0).default(0),
    layout: layoutSchema.default(DEFAULT_ID_LAYOUT),
    clock: z.custom<Pick<Clock, 'now'>>(isClock, 'must have a function now()').default(systemClock),
    maxBackwardDriftMs: milliseconds(DEFAULT_DRIFT_MS),
    maxBorrowMs: milliseconds(DEFAULT_BORROW_MS),
    onClockDrift: z
      .custom<(drift: ClockDrift) => void>(isFunction, 'must be a function')
      .default(() => ignoreDrift),
  })
  .superRefine(({ workerId, layout }, context) => {
    const highest = 2 ** layout.workerBits - 1;
    if (workerId > highest) {
      context.addIssue({
        code: 'custom',
        path: ['workerId'],
        message: `must be 0 to ${highest} in this layout`,
      });
    }
  });

/**
 * Validates the options and fills in defaults. The error lists every problem.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveIdsOptions(options: CatgaIdsOptions): ResolvedIdsOptions {
  const result = optionsSchema.safeParse(options);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    const message = `The id options are invalid: ${problems.join('; ')}`;
    throw new CatgaError('CATGA_CONFIGURATION', message, { details: { problems } });
  }
  return Object.freeze({ ...result.data, layout: Object.freeze(result.data.layout) });
}

function isClock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'now' in value && isFunction(value.now);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function ignoreDrift(): void {
  // No callback is needed: ids stay unique and ordered.
}
