/** A step of a schema. Steps are never changed once they are released. */
export interface SchemaFile {
  readonly version: number;
  /** Name of the file in the folder `sql` of its package. */
  readonly file: string;
  readonly sql: string;
}

/** Tables that belong together. */
export interface SchemaSet {
  /** Owner of the tables, for messages. */
  readonly what: string;
  /** Package that contains the files. */
  readonly package: string;
  /** Name of the function that returns its script. */
  readonly script: string;
  /** Table of applied steps. */
  readonly table: string;
  /** All steps, in order: versions 1, 2 and so on. */
  readonly files: readonly SchemaFile[];
}

/** Statement that creates the table of the steps. */
export function stepsTable({ table }: SchemaSet): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;
}

/** Single statements of a file: no statement of ours contains a semicolon of its own. */
export function statementsOf(sql: string): readonly string[] {
  return sql
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Schema as one script, for a migration tool.
 * @param after schema version that the database already has
 */
export function schemaScript(set: SchemaSet, after = 0): string {
  const files = set.files.filter(({ version }) => version > after);
  const steps = files.map(
    ({ version, file, sql }) =>
      `-- ${file}\n${sql}\nINSERT INTO ${set.table} (version) VALUES (${version});\n`,
  );
  return [`${stepsTable(set)};\n`, ...steps].join('\n');
}
