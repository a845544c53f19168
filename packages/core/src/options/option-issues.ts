import type { z } from 'zod';

/** Problem of an option. */
export interface OptionIssue {
  readonly path: string;
  readonly message: string;
}

/** Text of a schema issue, without the value, which may be a secret. */
export function describeIssue(issue: z.core.$ZodIssue): readonly OptionIssue[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'unknown option' }));
  }
  return [{ path: path || 'options', message: issue.message }];
}
