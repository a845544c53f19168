/** The pure functions of a stream: its initial state, and the state after an event. */
export interface Decider<S> {
  initial(): S;
  evolve(state: S, event: object): S;
}

/** The state after events. */
export function evolved<S>(decider: Decider<S>, events: Iterable<object>, state = decider.initial()): S {
  let now = state;
  for (const event of events) now = decider.evolve(now, event);
  return now;
}
