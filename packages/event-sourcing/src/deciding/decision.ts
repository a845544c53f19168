/**
 * What a command decides: the events that happen, and its result.
 *
 * @publicApi
 */
export interface Decision<R = void> {
  readonly events: readonly object[];
  /** Or a function that makes it of where the events are: see {@link decided}. */
  readonly result: R | ((after: string) => R);
}

/** Marks what {@link decided} makes, whichever copy of this package did. */
const BRAND: unique symbol = Symbol.for('catga.decision');

/**
 * Decides on events, which are appended to the stream together or not at all, and on the result of the command.
 * Without events nothing is appended. A result that is a function gets the id of the last event, `<stream>@<version>`: a request that is sent with it as
 * `{ after }` reads what was decided.
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

/** The result of a decision, the last event of which has this id. */
export function resultOf<R>({ result }: Decision<R>, after: string): R {
  return typeof result === 'function' ? (result as (after: string) => R)(after) : result;
}

/** Whether a handler returned what {@link decided} makes. */
export function isDecision(value: unknown): value is Decision<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value;
}
