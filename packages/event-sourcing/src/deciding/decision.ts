/**
 * What a command decides: the events that happen, and its result.
 *
 * @publicApi
 */
export interface Decision<R = void> {
  readonly events: readonly object[];
  readonly result: R;
}

/** Marks what {@link decided} makes, whichever copy of this package did. */
const BRAND: unique symbol = Symbol.for('catga.decision');

/**
 * Decides on events, which are appended to the stream together or not at all, and on the result of the command.
 * Without events nothing is appended.
 *
 * @example `return decided([new Withdrawn(command.amount)], { left: account.balance - command.amount })`
 * @publicApi
 */
export function decided(events: readonly object[]): Decision;
export function decided<R>(events: readonly object[], result: R): Decision<R>;
export function decided(events: readonly object[], result?: unknown): Decision<unknown> {
  return Object.freeze({ events: Object.freeze([...events]), result, [BRAND]: true });
}

/** Whether a handler returned what {@link decided} makes. */
export function isDecision(value: unknown): value is Decision<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value;
}
