import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema } from './service-contracts.js';

const TARGET = 'draft-07';

/** JSON Schema, or the problem of the conversion. */
export type ConvertedSchema = { readonly schema: JsonSchema } | { readonly schemaProblem: string };

/**
 * Converts the input type of a schema to JSON Schema, for libraries that implement Standard JSON Schema, such as zod 4.2 or ArkType 2.1.28.
 */
export function jsonSchemaOf(standard: StandardSchemaV1): ConvertedSchema {
  const { vendor } = standard['~standard'];
  if (!isConvertible(standard))
    return { schemaProblem: `This version of ${vendor} does not convert schemas to JSON Schema.` };
  try {
    const { $schema: _dialect, ...schema } = standard['~standard'].jsonSchema.input({
      target: TARGET,
      // Types that JSON cannot represent, such as dates, become `any`, so that the rest is still converted.
      ...(vendor === 'zod' && { libraryOptions: { unrepresentable: 'any' } }),
    });
    return { schema };
  } catch (thrown) {
    return { schemaProblem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function isConvertible(schema: StandardSchemaV1): schema is StandardSchemaV1 & StandardJSONSchemaV1 {
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  return typeof jsonSchema?.input === 'function';
}
