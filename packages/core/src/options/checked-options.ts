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
