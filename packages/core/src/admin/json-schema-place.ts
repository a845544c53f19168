import type { JsonSchema } from './service-contracts.js';

/** Keywords whose values are data, not schemas. */
const DATA = new Set(['const', 'default', 'enum', 'examples']);
/** Keywords whose values are schemas by name. */
const MAPS = new Set(['$defs', 'definitions', 'dependencies', 'patternProperties', 'properties']);

/** Place of a schema in a document, which rewrites references into the schema. */
export class JsonSchemaPlace {
  /** @param pointer JSON pointer of the place, with its `#` */
  constructor(readonly pointer: string) {}

  settle(schema: JsonSchema): JsonSchema {
    return mapped(schema, (value, keyword) => {
      if (DATA.has(keyword)) return value;
      if (keyword === '$ref' && typeof value === 'string' && value.startsWith('#'))
        return this.pointer + value.slice(1);
      if (MAPS.has(keyword) && isObject(value)) return mapped(value, (one) => this.inside(one));
      return this.inside(value);
    });
  }

  private inside(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.inside(one));
    return isObject(value) ? this.settle(value) : value;
  }
}

function mapped(object: JsonSchema, map: (value: unknown, key: string) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
