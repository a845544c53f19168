/**
 * Decision of a command: its events and its result.
 *
 * @publicApi
 */
export interface Decision<R = void> {
  readonly events: readonly object[];
  /** The result, or a function of the last event's id: see {@link decided}. */
  readonly result: R | ((after: string) => R);
}

/** Marks values of {@link decided}, across copies of this package. */
const BRAND: unique symbol = Symbol.for('catga.decision');

/**
 * Creates a decision: events to append to the stream, all or none, and the result of the command. Without events nothing is appended. A
 * result that is a function gets the id of the last event, `<stream>@<version>`; a query sent with `{ after }` set to that id sees the
 * decision.
 *
 * @example `return decided([new Withdrawn(command.amount)], { left: account.balance - command.amount })`
 * @example `return decided([new Withdrawn(command.amount)], (after) => ({ after }))`
 * @publicApi
 */
export function decided(events: readonly object[]): Decision;
export function decided<R>(events: readonly object[], result: R | ((after: string) => R)): Decision<R>;
export function decided(events: readonly object[], result?: unknown): Decision<unknown> {
  return Object.freeze({ events: Object.freeze([...events]), result, [BRAND]: true });
}

/** The result of a decision whose last event has the given id. */
export function resultOf<R>({ result }: Decision<R>, after: string): R {
  return typeof result === 'function' ? (result as (after: string) => R)(after) : result;
}

/** Whether a value was made by {@link decided}. */
export function isDecision(value: unknown): value is Decision<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value;
}
