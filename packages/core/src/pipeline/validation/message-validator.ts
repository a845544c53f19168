import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CatgaError } from '../../errors/catga-error.js';
import { promiseOf } from '../../errors/promise-like.js';

/** One thing that is wrong with a message. */
export interface ValidationIssue {
  /** Where: `lines.0.quantity`; empty for the message as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What a validator found. */
export type ValidationResult =
  | {
      readonly valid: true;
      /** The fields after conversion, if the validator converts. */ readonly fields?: object;
    }
  | { readonly valid: false; readonly issues: readonly ValidationIssue[] };

/** Checks one type of message. */
export type MessageValidator = (message: object) => ValidationResult | PromiseLike<ValidationResult>;

/** A validator from any schema that implements Standard Schema v1 (https://standardschema.dev). */
export function standardSchemaValidator(schema: StandardSchemaV1): MessageValidator {
  const convert = (result: StandardSchemaV1.Result<unknown>): ValidationResult => {
    if (result.issues !== undefined) return { valid: false, issues: result.issues.map(describeIssue) };
    return typeof result.value === 'object' && result.value !== null
      ? { valid: true, fields: result.value }
      : { valid: true };
  };
  return (message) => {
    const result = schema['~standard'].validate(message);
    const later = promiseOf(result) as Promise<StandardSchemaV1.Result<unknown>> | undefined;
    return later === undefined ? convert(result as StandardSchemaV1.Result<unknown>) : later.then(convert);
  };
}

/** `CATGA_VALIDATION_FAILED` with every issue. */
export function invalidMessage(name: string, issues: readonly ValidationIssue[]): CatgaError {
  const summary = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return new CatgaError('CATGA_VALIDATION_FAILED', `${name} is invalid: ${summary}`, {
    details: { name, issues },
  });
}

function describeIssue(issue: StandardSchemaV1.Issue): ValidationIssue {
  const segments =
    issue.path?.map((segment) => String(typeof segment === 'object' ? segment.key : segment)) ?? [];
  return { path: segments.join('.'), message: issue.message };
}
