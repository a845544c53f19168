/** What may become of a message whose caller heard of no failure, and whether callers may hear of one. */
export interface Promised {
  /** Callers may get an error. Whether the message took effect then is not said. */
  readonly mayFail?: boolean;
  /** It may take effect more than once. */
  readonly mayRepeat?: boolean;
  /** It may take no effect. */
  readonly mayBeLost?: boolean;
  /** Every call ends with an error. */
  readonly fails?: boolean;
}

const ONCE: Promised = {};
const ONCE_OR_ERROR: Promised = { mayFail: true };
const MAYBE_TWICE: Promised = { mayRepeat: true };
const MAYBE_TWICE_OR_ERROR: Promised = { mayRepeat: true, mayFail: true };
const MAYBE_LOST: Promised = { mayBeLost: true };
const ANYTHING: Promised = { mayBeLost: true, mayRepeat: true, mayFail: true };
const LOST_OR_ERROR: Promised = { mayBeLost: true, mayFail: true };
const ERROR: Promised = { fails: true };

export const PROMISES = {
  once: ONCE,
  'once, or an error': ONCE_OR_ERROR,
  'once or twice': MAYBE_TWICE,
  'once or twice, or an error': MAYBE_TWICE_OR_ERROR,
  'once or lost': MAYBE_LOST,
  'once or lost, or an error': LOST_OR_ERROR,
  'nothing is promised': ANYTHING,
  'an error': ERROR,
} as const;

/** What a cell of the table says. */
export type PromiseName = keyof typeof PROMISES;
