import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema } from './service-contracts.js';

const TARGET = 'draft-07';

/** A schema as JSON Schema, or why it is none. */
export type ConvertedSchema = { readonly schema: JsonSchema } | { readonly schemaProblem: string };

/**
 * What a message may be when it is sent, as JSON Schema: of a library that implements Standard JSON Schema, such as zod 4.2 or
 * ArkType 2.1.28.
 */
export function jsonSchemaOf(standard: StandardSchemaV1): ConvertedSchema {
  const { vendor } = standard['~standard'];
  if (!isConvertible(standard))
    return { schemaProblem: `This version of ${vendor} does not convert schemas to JSON Schema.` };
  try {
    const { $schema: _dialect, ...schema } = standard['~standard'].jsonSchema.input({
      target: TARGET,
      // Types that JSON has not, such as dates, are anything: one of them does not make the whole unknown.
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
