import type { z } from 'zod';
import { CatgaError } from '../errors/catga-error.js';

/**
 * Parses options with a schema.
 * @throws CatgaError `CATGA_CONFIGURATION` with every problem; `what` names the options
 */
export function checkedOptions<T>(what: string, schema: z.ZodType<T>, options: unknown): T {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new CatgaError('CATGA_CONFIGURATION', `${what} has invalid options: ${problems.join('; ')}`, {
    details: { problems },
  });
}

/** The schema, which also refuses each of the `useless` options if `chosen` is given: they would have no effect. */
export function refusingBeside<T>(
  schema: z.ZodType<T>,
  options: unknown,
  chosen: string,
  useless: readonly string[],
): z.ZodType<T> {
  // Callers without type checks may pass anything.
  if (typeof options !== 'object' || options === null) return schema;
  const given = new Map(Object.entries(options));
  if (given.get(chosen) === undefined) return schema;
  return schema.superRefine((_options, context) => {
    for (const key of useless) {
      if (!given.has(key)) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `has no effect beside ${chosen}; leave one out`,
      });
    }
  });
}
