/** A step of a schema. Steps are never changed once they are released. */
export interface SchemaFile {
  readonly version: number;
  /** Name of the file in the folder `sql` of its package. */
  readonly file: string;
  readonly sql: string;
}

/** Tables that belong together. */
export interface SchemaSet {
  /** Who needs them, for messages. */
  readonly what: string;
  /** The package that they are of. */
  readonly package: string;
  /** Name of the function that returns its script. */
  readonly script: string;
  /** Table of the steps that were applied. */
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
 * A schema as one script, for migrations by another tool.
 * @param after version that the database has already
 */
export function schemaScript(set: SchemaSet, after = 0): string {
  const files = set.files.filter(({ version }) => version > after);
  const steps = files.map(
    ({ version, file, sql }) =>
      `-- ${file}\n${sql}\nINSERT INTO ${set.table} (version) VALUES (${version});\n`,
  );
  return [`${stepsTable(set)};\n`, ...steps].join('\n');
}
