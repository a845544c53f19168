import { CatgaError } from '@catga/core';
import type { ClientStatus } from './client-connection.js';

/** Missing permission of this node's user. */
export interface Refusal {
  readonly operation: 'publish' | 'subscribe';
  readonly subject: string;
  readonly error: CatgaError;
}

/** Parses a client error; undefined unless it is a missing permission. */
export function refusalOf({ type, error, permissionContext }: ClientStatus): Refusal | undefined {
  if (type !== 'error') return undefined;
  const { operation, subject } = (permissionContext ?? error ?? {}) as {
    readonly operation?: unknown;
    readonly subject?: unknown;
  };
  if (typeof subject !== 'string' || (operation !== 'publish' && operation !== 'subscription'))
    return undefined;
  return refuse(operation === 'publish' ? 'publish' : 'subscribe', subject);
}

function refuse(operation: Refusal['operation'], subject: string): Refusal {
  const what = operation === 'publish' ? 'publish to' : 'subscribe to';
  const allow = `${rootOf(subject)}.>`;
  const error = new CatgaError(
    'CATGA_ENGINE_UNAVAILABLE',
    `NATS does not permit this node's user to ${what} '${subject}'. Allow ${operation} on '${allow}' in the user's ` +
      'permissions (SECURITY.md has all that a namespace needs).',
    { details: { operation, subject, allow } },
  );
  return { operation, subject, error };
}

/** Prefix of a kind of subjects, so that refusals are counted by kind. */
export function rootOf(subject: string): string {
  const tokens = subject.split('.');
  const count = subject.startsWith('$JS.') ? 3 : subject.startsWith('_INBOX') ? 1 : 2;
  return tokens.slice(0, Math.min(count, Math.max(1, tokens.length - 1))).join('.');
}
