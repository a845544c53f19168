import type { Tally } from './tally.js';
import type { Verdict } from './verdict.js';

/** What the script did and what came of it. */
export interface Result {
  readonly tally: Tally;
  readonly verdict: Verdict;
  readonly kills: number;
  readonly rollingRestarts: number;
  readonly crashes: readonly string[];
}

/** Commands nobody knows the end of: never answered, or answered with a success that no node took. */
export function lost({ tally, verdict }: Result): number {
  return tally.unanswered + verdict.withoutEffect;
}

/** Everything that should not have happened, in words; empty if all is well. */
export function problemsOf(result: Result): string[] {
  const { tally, verdict, crashes } = result;
  const counted: [number, string][] = [
    [tally.sent === 0 ? 1 : 0, 'no command was sent'],
    [lost(result), 'lost'],
    [tally.failed, 'failed'],
    [verdict.ranTwiceAgainstRecord, 'took effect twice although the record said finished'],
  ];
  const problems = counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [...problems, ...tally.reasons, ...crashes];
}

/** The last words of the script. */
export function summaryOf(result: Result): string {
  const { tally, verdict, kills, rollingRestarts } = result;
  const lines: [string, number, string?][] = [
    ['SIGKILLs', kills],
    ['Rolling restarts', rollingRestarts, 'SIGTERM to every node, one after the other'],
    ['Sent', tally.sent],
    ['Succeeded', tally.succeeded],
    ['Failed', tally.failed],
    ['Lost', lost(result)],
    ['Retried', tally.retried, 'by the HTTP client, with the same Idempotency-Key'],
    ['  placing orders', tally.retriedByKind['place-order']],
    ['  booking shipments', tally.retriedByKind['book-shipment'], 'while their only node was away'],
    ['Took effect twice', verdict.ranTwice, 'or more often'],
    [
      '  against the record',
      verdict.ranTwiceAgainstRecord,
      'not by a kill between the effect and the record',
    ],
  ];
  const rows = lines.map(([name, count, note]) => {
    const row = `${name.padEnd(22)}${String(count).padStart(7)}`;
    return note === undefined || count === 0 ? row : `${row}  ${note}`;
  });
  const problems = problemsOf(result);
  const verdictLine =
    problems.length === 0
      ? 'OK: nothing was lost, nothing failed, nothing took effect twice against the record.'
      : `FAILED: ${problems.join('; ')}`;
  return [...rows, verdictLine].join('\n');
}
