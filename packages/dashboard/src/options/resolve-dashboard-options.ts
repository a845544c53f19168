import type { CanActivate } from '@nestjs/common';
import { z } from 'zod';
import { CatgaError } from '@catga/nestjs';
import type { CatgaDashboardOptions, ResolvedDashboardOptions } from './dashboard-options.js';

const aFunction = z.custom<never>((value) => typeof value === 'function', 'must be a function');
const aGuard = z.custom<CanActivate>(
  (value) =>
    typeof value === 'function' ||
    (typeof value === 'object' &&
      value !== null &&
      'canActivate' in value &&
      typeof value.canActivate === 'function'),
  'must be a guard',
);

const schema = z.strictObject({
  path: z
    .string()
    .transform((path) => path.replaceAll(/^\/+|\/+$/g, ''))
    .refine(
      (path) => path.split('/').every((part) => /^[\w~-][\w.~-]*$/.test(part)),
      'must be a path of letters, digits and . _ ~ -',
    )
    .default('catga'),
  guards: z.array(aGuard).default([]),
  imports: z.array(z.unknown()).default([]),
  readOnly: z.boolean().default(false),
  redact: aFunction.optional(),
  traceUrl: z
    .string()
    .refine((url) => /^(https?:\/\/|\/(?!\/))/i.test(url), 'must begin with http://, https:// or /')
    .refine((url) => url.includes('{traceId}'), 'must contain {traceId}')
    .optional(),
  actor: aFunction.optional(),
});

/** Options with defaults, frozen. `CATGA_CONFIGURATION` with all problems. */
export function resolveDashboardOptions(options: CatgaDashboardOptions): ResolvedDashboardOptions {
  const { success, data, error } = schema.safeParse(options);
  if (success) return Object.freeze({ ...data, imports: options.imports ?? [] });
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `Options of CatgaDashboardModule: ${issues.map(({ path, message }) => `${path || 'options'}: ${message}`).join('; ')}.`,
    { details: { issues } },
  );
}
