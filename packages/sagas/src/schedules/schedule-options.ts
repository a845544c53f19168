import { z } from 'zod';
import { isPart } from '../records/saga-records.js';

const schema = z.strictObject({
  cron: z.string(),
  timeZone: z.string().min(1).optional(),
  catchUp: z.enum(['last', 'all', 'none']).optional(),
  name: z.string().min(1).max(100).refine(isPart, 'must be text that a key can hold').optional(),
  command: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
  keepOutcome: z.boolean().optional(),
});

/** What is wrong with the options of a schedule. */
export function problemsOfSchedule(options: unknown): readonly string[] {
  const { error } = schema.safeParse(options);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`);
}
