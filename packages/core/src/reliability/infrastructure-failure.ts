import { CatgaError } from '../errors/catga-error.js';
import {
  FAILURE_CODES,
  FAILURE_MESSAGES,
  FAILURE_NAMES,
  SQLITE_STATES,
  SQL_STATES,
} from './known-failures.js';

/** Maximum number of inspected errors of a cause chain. */
const LONGEST_CHAIN = 64;

/** Properties with the cause of an error: standard, TypeORM, Sequelize, MikroORM, and others. */
const LEADS = ['cause', 'driverError', 'original', 'originalError', 'parent', 'previous', 'reason'] as const;

/**
 * Whether an error is an infrastructure failure: a network, database or broker was unreachable, disconnected
 * or timed out. The request may succeed when it is repeated. Causes and the errors of an
 * `AggregateError` are inspected, too.
 */
export function isInfrastructureFailure(thrown: unknown): boolean {
  const chain: unknown[] = [thrown];
  for (let at = 0; at < chain.length && at < LONGEST_CHAIN; at++) {
    const link = chain[at];
    if (typeof link !== 'object' || link === null) continue;
    if (isKnownFailure(link)) return true;
    for (const next of leadsOf(link)) if (!chain.includes(next)) chain.push(next);
  }
  return false;
}

function isKnownFailure(error: object): boolean {
  // Its own error of a refusal, a time-out or a lost node that a handler wrapped.
  if (error instanceof CatgaError) return error.retryable;
  const code = read(error, 'code');
  if (isKnownCode(code) || isKnownCode(read(error, 'errorCode')) || isKnownCode(read(error, 'sqlState')))
    return true;
  // The status of gRPC for "unavailable" and "deadline exceeded"; other libraries number other things by it.
  if ((code === 14 || code === 4) && typeof read(error, 'details') === 'string') return true;
  if (isKnownName(read(error, 'name')) || isKnownName(read(read(error, 'constructor'), 'name'))) return true;
  const message = read(error, 'message');
  if (typeof message === 'string' && FAILURE_MESSAGES.some((known) => known.test(message))) return true;
  // The MongoDB driver says of each error what may be done.
  const labels = read(error, 'errorLabels');
  return (
    Array.isArray(labels) &&
    (labels.includes('TransientTransactionError') || labels.includes('RetryableWriteError'))
  );
}

function isKnownCode(code: unknown): boolean {
  return (
    typeof code === 'string' && (FAILURE_CODES.has(code) || SQL_STATES.test(code) || SQLITE_STATES.test(code))
  );
}

function isKnownName(name: unknown): boolean {
  return typeof name === 'string' && FAILURE_NAMES.has(name);
}

function leadsOf(error: object): unknown[] {
  const errors = read(error, 'errors');
  const several: unknown[] = Array.isArray(errors) ? errors.slice(0, LONGEST_CHAIN) : [];
  return [...LEADS.map((lead) => read(error, lead)), ...several];
}

/** A property of something that was thrown, and so may be anything. */
function read(from: unknown, property: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[property];
  } catch {
    return undefined;
  }
}
