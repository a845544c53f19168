import { z } from 'zod';
import type { EventHandlerOptions } from '../contracts/handlers.js';
import { describeIssue } from './option-issues.js';
import type { OptionIssue } from './option-issues.js';
import { backoff, count } from './option-values.js';

const schema = z.strictObject({
  name: z.string().min(1).optional(),
  scope: z.enum(['service', 'node']).optional(),
  concurrency: count.optional(),
  startFrom: z.enum(['new', 'beginning']).optional(),
  maxAttempts: count.optional(),
  backoff: z.strictObject(backoff).partial().optional(),
});

/** Everything that is wrong with what a handler says of itself. */
export function issuesOfEventHandler(options: EventHandlerOptions): readonly OptionIssue[] {
  return schema.safeParse(options).error?.issues.flatMap(describeIssue) ?? [];
}
