import { PROMISES } from '../promises/promise.js';
import type { PromiseName, Promised } from '../promises/promise.js';
import { failuresOf } from './findings.js';
import type { Findings } from './findings.js';

/** How many ids a violation names. */
const NAMED = 5;

/** What happened to the messages of one kind and was not promised; empty if all is as it should be. */
export function violationsOf(found: Findings, name: PromiseName): readonly string[] {
  const promised: Promised = PROMISES[name];
  const violations: string[] = [];
  const forbid = (what: string, ids: readonly string[]): void => {
    if (ids.length > 0) violations.push(`${ids.length} ${what}: ${ids.slice(0, NAMED).join(', ')}`);
  };
  forbid('never answered', found.unanswered);
  forbid('out of order', found.unordered);
  if (promised.mayBeLost !== true) {
    forbid('lost', found.lost);
    forbid('given up on', found.deadLetters);
  }
  if (promised.mayRepeat !== true) forbid('took effect twice', found.repeated);
  const failures = failuresOf(found);
  const codes = [...found.failed.keys()].join(', ');
  if (promised.fails === true) {
    if (found.succeeded > 0) violations.push(`${found.succeeded} succeeded that should have failed`);
  } else if (promised.mayFail !== true && failures > 0) violations.push(`${failures} failed: ${codes}`);
  if (codes.split(', ').includes('none')) violations.push('a caller got an error without a code');
  return violations;
}
