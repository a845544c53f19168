import type { LedgerEntry } from '../ledger/ledger-entry.js';
import type { LedgerReader } from './ledger-reader.js';
import type { Tally } from './tally.js';

/** What the ledgers say about the answers. */
export interface Verdict {
  /** Commands that were answered with a success, and that no ledger knows. */
  readonly withoutEffect: number;
  /** Commands that took effect more than once. */
  readonly ranTwice: number;
  /** Those of them of which an earlier run was on record as finished. */
  readonly ranTwiceAgainstRecord: number;
}

/** Compares the answers with the ledgers; `killed` are the pids of processes that met SIGKILL. */
export function judge(tally: Tally, ledgers: LedgerReader, killed: ReadonlySet<number>): Verdict {
  ledgers.read();
  const isUnknown = (messageId: string): boolean => !ledgers.runs.has(messageId);
  const isAgainstRecord = (messageId: string): boolean =>
    wasOnRecord(ledgers.runs.get(messageId) ?? [], tally.answers.get(messageId), killed);
  return {
    withoutEffect: [...tally.answers.keys()].filter(isUnknown).length,
    ranTwice: ledgers.repeated.size,
    ranTwiceAgainstRecord: [...ledgers.repeated].filter(isAgainstRecord).length,
  };
}

/**
 * Whether a run came after one that was on record. The record keeps the outcome of one run, and the outcome names its run:
 * what was answered is what is on record. A process that was not killed has recorded what it ran.
 */
function wasOnRecord(
  runs: readonly LedgerEntry[],
  answeredBy: string | undefined,
  killed: ReadonlySet<number>,
): boolean {
  const earlier = runs.toSorted((a, b) => a.atUs - b.atUs).slice(0, -1);
  return earlier.some(({ runId, pid }) => runId === answeredBy || !killed.has(pid));
}
