import { z } from 'zod';
import type { EventHandlerOptions, RequestHandlerOptions } from '../contracts/handlers.js';
import { describeIssue } from './option-issues.js';
import type { OptionIssue } from './option-issues.js';
import { backoff, count } from './option-values.js';

const queued = {
  transaction: z
    .union([z.boolean(), z.custom<object>((value) => typeof value === 'object' && value !== null)], {
      error: 'must be true, or the database of the outbox',
    })
    .optional(),
  concurrency: count.optional(),
  maxAttempts: count.optional(),
  backoff: z.strictObject(backoff).partial().optional(),
  whenDead: z.enum(['continue', 'hold-key']).optional(),
};

const requestHandler = z.strictObject(queued);

const eventHandler = z.strictObject({
  name: z.string().min(1).optional(),
  scope: z.enum(['service', 'node']).optional(),
  startFrom: z.enum(['new', 'beginning']).optional(),
  ...queued,
});

/** All problems of the options of a request handler. */
export function issuesOfRequestHandler(options: RequestHandlerOptions): readonly OptionIssue[] {
  return requestHandler.safeParse(options).error?.issues.flatMap(describeIssue) ?? [];
}

/** All problems of the options of an event handler. */
export function issuesOfEventHandler(options: EventHandlerOptions): readonly OptionIssue[] {
  return eventHandler.safeParse(options).error?.issues.flatMap(describeIssue) ?? [];
}
