import { z } from 'zod';
import { CatgaError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import { systemClock } from '../time/system-clock.js';
import type { ClockDrift } from './clock-drift.js';
import { DEFAULT_ID_LAYOUT, layoutProblems } from './id-layout.js';
import type { IdLayout } from './id-layout.js';

/**
 * What a {@link CatgaIds} may be told.
 *
 * @publicApi
 */
export interface CatgaIdsOptions {
  /**
   * Tells this generator from all others that run at the same time: 0 to `2 ** layout.workerBits - 1`. Two live
   * generators with one worker id repeat each other's ids, so lease it, do not draw it.
   * @defaultValue 0
   */
  readonly workerId?: number;
  /**
   * How the bits are divided. Fields left out keep their default.
   * @defaultValue {@link DEFAULT_ID_LAYOUT}
   */
  readonly layout?: Partial<IdLayout>;
  /**
   * Where the time is read from.
   * @defaultValue the system clock
   */
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Milliseconds the clock may lie behind its own past before `onClockDrift` hears of it. Smaller steps back
   * are ridden out in silence.
   * @defaultValue 1000
   */
  readonly maxBackwardDriftMs?: number;
  /**
   * Milliseconds that ids may be ahead of the time that has passed, when more are made than the sequence holds.
   * Beyond it the generator blocks until the clock's next millisecond, and so makes ids no faster than
   * `2 ** sequenceBits` per millisecond.
   * @defaultValue 1000
   */
  readonly maxBorrowMs?: number;
  /**
   * Called for each step back that leaves the clock more than `maxBackwardDriftMs` behind, from within the call
   * that noticed. Ids then continue from the last timestamp. An error that it throws changes no id; the process
   * warns of the first one.
   * @defaultValue none
   */
  readonly onClockDrift?: (drift: ClockDrift) => void;
}

/** {@link CatgaIdsOptions} with every default filled in. */
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
 * Fills in the defaults and refuses, naming every problem at once, what makes no sense.
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
  // Ids stay unique and in order without anyone's help.
}
