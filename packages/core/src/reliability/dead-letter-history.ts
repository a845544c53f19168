import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { ErrorRecord } from '../contracts/error-record.js';
import { wellFormed } from '../errors/well-formed.js';

/** Maximum number of failures in a letter, including its own. */
const MOST_FAILURES = 20;
/** Maximum total size as JSON, in bytes, which is more than the stored size, and less than engines reserve. */
const MOST_BYTES = 12_288;
/** Reserve for the numbers of omitted failures. */
const COUNT_BYTES = 32;
/** The messages of errors, in characters: as they are recorded, and where they are cut no shorter. */
const LONGEST_MESSAGE = 4_096;
const SHORTEST_MESSAGE = 16;

/** Failure of a letter, and earlier ones. */
export interface FailuresOfLetter {
  readonly history: readonly DeadLetterFailure[];
  readonly failure: DeadLetterFailure;
}

/** Number of series of attempts, including omitted ones. */
export function seriesIn(history: readonly DeadLetterFailure[]): number {
  return history.reduce((count, { leftOut = 0 }) => count + leftOut + 1, 0);
}

/**
 * Appends a failure to a history within the size limit of every engine. The oldest failures except the first are omitted
 * until the others fit; if the first and the last alone do not fit, their errors are truncated.
 */
export function boundedHistory(
  history: readonly DeadLetterFailure[],
  failure: DeadLetterFailure,
): FailuresOfLetter {
  const [first, ...between] = history;
  if (first === undefined) return { history, failure: fitted(failure, MOST_BYTES) };
  const areLarge = bytesOf(first) + bytesOf(failure) + COUNT_BYTES > MOST_BYTES;
  const most = areLarge ? MOST_BYTES / 2 - COUNT_BYTES : MOST_BYTES;
  const [oldest, newest] = [fitted(first, most), fitted(failure, most)];
  let bytes = bytesOf(oldest) + bytesOf(newest) + COUNT_BYTES;
  let kept = 0;
  for (const earlier of between.toReversed()) {
    bytes += bytesOf(earlier);
    if (bytes > MOST_BYTES || kept === MOST_FAILURES - 2) break;
    kept++;
  }
  const gone = seriesIn(between.slice(0, between.length - kept));
  const [next, ...later] = between.slice(between.length - kept);
  return next === undefined
    ? { history: [oldest], failure: after(gone, newest) }
    : { history: [oldest, after(gone, next), ...later], failure: newest };
}

function after(gone: number, failure: DeadLetterFailure): DeadLetterFailure {
  return gone === 0 ? failure : { ...failure, leftOut: gone + (failure.leftOut ?? 0) };
}

function fitted(failure: DeadLetterFailure, most: number): DeadLetterFailure {
  let fitting = failure;
  let longest = LONGEST_MESSAGE;
  while (bytesOf(fitting) > most && longest > SHORTEST_MESSAGE) {
    longest = Math.floor(longest / 2);
    fitting = { ...failure, error: shortened(failure.error, longest) };
  }
  if (bytesOf(fitting) <= most) return fitting;
  const { cause: _cause, errors: _errors, ...error } = fitting.error;
  return { ...failure, error: { ...error, message: wellFormed(error.message, SHORTEST_MESSAGE) } };
}

/** With messages of at most so many characters, those of the errors it holds too. */
function shortened({ cause, errors, ...record }: ErrorRecord, longest: number): ErrorRecord {
  return {
    ...record,
    message: wellFormed(record.message, longest),
    ...(cause && { cause: shortened(cause, longest) }),
    ...(errors && { errors: errors.map((error) => shortened(error, longest)) }),
  };
}

function bytesOf(failure: DeadLetterFailure): number {
  return Buffer.byteLength(JSON.stringify(failure));
}
