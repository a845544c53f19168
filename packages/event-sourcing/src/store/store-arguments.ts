import { CatgaError } from '@catga/nestjs';
import type { NewEvent } from './event-store.js';

/** Maximum length of the name of a stream, in UTF-16 units: it is a key of indexes. */
const MAX_STREAM_LENGTH = 400;
/** Maximum length of the id of a person. */
const MAX_SUBJECT_LENGTH = 200;
/** Characters that a name must not have: NUL, and lone surrogates. */
const NO_NAME = /[\0\p{Surrogate}]/u;
/** Maximum number of events of one append. */
const MAX_EVENTS = 1000;
/** Maximum number of events of a page. */
const MAX_PAGE = 10_000;

/** Checks the name of a stream, which contains a caller's id: `CATGA_VALIDATION_FAILED`. */
export function checkStream(stream: unknown): void {
  if (isName(stream, MAX_STREAM_LENGTH)) return;
  throw new CatgaError(
    'CATGA_VALIDATION_FAILED',
    `The name of a stream is well-formed text of 1 to ${MAX_STREAM_LENGTH} characters, without NUL.`,
    { details: { issues: [{ path: ['stream'], message: 'is not the name of a stream' }] } },
  );
}

/** Checks the id of a person: `CATGA_VALIDATION_FAILED`. @param field field with the id @param of event with the field */
export function checkSubject(subject: unknown, field: string, of?: string): asserts subject is string {
  if (isName(subject, MAX_SUBJECT_LENGTH)) return;
  throw new CatgaError(
    'CATGA_VALIDATION_FAILED',
    `The field '${field}'${of === undefined ? '' : ` of ${of}`} is not the id of a person, well-formed text of 1 to ${MAX_SUBJECT_LENGTH} characters, without NUL.`,
    { details: { issues: [{ path: [field], message: 'is not the id of a person' }] } },
  );
}

/** Checks the arguments of an append: `CATGA_CONFIGURATION`. */
export function checkAppend(stream: string, events: readonly NewEvent[], expected: number | 'any'): void {
  checkStream(stream);
  if (events.length < 1 || events.length > MAX_EVENTS)
    throw refused(`an append takes 1 to ${MAX_EVENTS} events, not ${events.length}`);
  if (expected !== 'any' && !isCount(expected))
    throw refused(`the expected version is 'any' or a whole number from 0, not ${String(expected)}`);
}

export function checkRead(stream: string, fromVersion: number): void {
  checkStream(stream);
  if (!isCount(fromVersion) || fromVersion < 1)
    throw refused(`versions are whole numbers from 1, not ${String(fromVersion)}`);
}

/** Checks a version up to which a stream is loaded: `CATGA_VALIDATION_FAILED`. */
export function checkUpTo(version: number | undefined): void {
  if (version === undefined || isCount(version)) return;
  throw new CatgaError(
    'CATGA_VALIDATION_FAILED',
    `A past version of a stream is a whole number from 0, not ${String(version)}.`,
    { details: { issues: [{ path: ['upTo'], message: 'is not a version of a stream' }] } },
  );
}

export function checkPage(limit: number): void {
  if (!isCount(limit) || limit < 1 || limit > MAX_PAGE)
    throw refused(`the limit of a page is a whole number from 1 to ${MAX_PAGE}, not ${String(limit)}`);
}

export function noCheckpointError(checkpoint: string): CatgaError {
  return refused(`'${checkpoint}' is not a checkpoint of this store`);
}

/** Error for a checkpoint of a replaced log. */
export function otherLogError(otherLog: string, log: string): CatgaError {
  return refused(
    `the checkpoint belongs to another event log ('${otherLog}') than that of the broker ('${log}'), which was emptied or replaced: rebuild what was derived from the old events`,
    { otherLog, log },
  );
}

export function isOtherLogError(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.details['otherLog'] !== undefined;
}

/** Error for a stream that does not have the expected version. */
export function conflictError(stream: string, expected: number | 'any'): CatgaError {
  return new CatgaError(
    'CATGA_CONFLICT',
    `The stream '${stream}' has changed: it does not have the expected version ${expected}.`,
    { details: { stream, expected } },
  );
}

function refused(problem: string, details: Readonly<Record<string, unknown>> = {}): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', `Invalid arguments of the event store: ${problem}.`, {
    details,
  });
}

function isName(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= maxLength && !NO_NAME.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
