import { expect, it } from '@jest/globals';
import type { LedgerEntry } from '../ledger/ledger-entry.js';
import { LedgerReader } from './ledger-reader.js';
import { Tally } from './tally.js';
import { judge } from './verdict.js';

const KILLED = new Set([1]);

function ledgersOf(...runs: LedgerEntry[]): LedgerReader {
  const ledgers = new LedgerReader('.');
  if (runs.length > 0) ledgers.runs.set('m', runs);
  if (runs.length > 1) ledgers.repeated.add('m');
  return ledgers;
}

function answered(runId: string): Tally {
  const tally = new Tally();
  tally.sent++;
  tally.success('m', runId);
  return tally;
}

const run = (runId: string, pid: number, atUs: number): LedgerEntry => ({ messageId: 'm', runId, pid, atUs });

it('excuses a second run after a process that was killed before it could record', () => {
  const ledgers = ledgersOf(run('second', 2, 20), run('first', 1, 10));
  expect(judge(answered('second'), ledgers, KILLED)).toEqual({
    withoutEffect: 0,
    ranTwice: 1,
    ranTwiceAgainstRecord: 0,
  });
});

it('does not excuse a second run when the answer is that of the first', () => {
  const ledgers = ledgersOf(run('first', 1, 10), run('second', 2, 20));
  expect(judge(answered('first'), ledgers, KILLED).ranTwiceAgainstRecord).toBe(1);
});

it('does not excuse a second run after a process that nobody killed', () => {
  const ledgers = ledgersOf(run('first', 3, 10), run('second', 2, 20));
  expect(judge(answered('second'), ledgers, KILLED).ranTwiceAgainstRecord).toBe(1);
});

it('finds a success without an effect', () => {
  expect(judge(answered('first'), ledgersOf(), KILLED).withoutEffect).toBe(1);
});
