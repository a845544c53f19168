import type { Kind } from '../promises/kinds.js';

/** What became of the messages of one kind. Ids, so that a violation can be looked up in the logs. */
export interface Findings {
  readonly kind: Kind;
  sent: number;
  succeeded: number;
  /** Calls that ended with an error, by its code. */
  readonly failed: Map<string, number>;
  /** Messages that took effect, counted once for each service. */
  handled: number;
  /** Calls that never ended. */
  readonly unanswered: string[];
  /** Succeeded calls whose message took no effect in a service, and is no dead letter there. */
  readonly lost: string[];
  /** Messages that took effect more than once in one service. */
  readonly repeated: string[];
  /** Messages that took effect before an earlier one of their key. */
  readonly unordered: string[];
  /** Messages whose handlers were told to stop. */
  readonly aborted: string[];
  /** Messages that a handler gave up on. */
  readonly deadLetters: string[];
}

/** How often a call failed, whatever the code. */
export function failuresOf({ failed }: Findings): number {
  return [...failed.values()].reduce((sum, count) => sum + count, 0);
}
