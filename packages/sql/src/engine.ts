// The entry for packages with tables of their own. It may change in any release.
export { openWithSchema } from './schema/prepare-schema.js';
export { schemaScript } from './schema/schema-set.js';
export type { SchemaFile, SchemaSet } from './schema/schema-set.js';
