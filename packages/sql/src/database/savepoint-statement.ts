/** A statement about a savepoint, which the application executes itself. */
export interface SavepointStatement {
  readonly kind: 'open' | 'release' | 'rollback';
  readonly name: string;
}

const STATEMENT =
  /^\s*(?:(savepoint)|(release)(?:\s+savepoint)?|rollback(?:\s+(?:work|transaction))?\s+to(?:\s+savepoint)?)\s+("(?:[^"]|"")+"|[^\s;"]+)\s*;?\s*$/i;
/** Savepoints of nested transactions, which have scopes of their own. */
const OWN_NAME = /^catga_\d+$/;

/**
 * The statement about a savepoint that a text is, if it is one:
 * https://www.postgresql.org/docs/current/sql-rollback-to.html
 */
export function savepointStatement(sql: string): SavepointStatement | undefined {
  const [, open, release, identifier] = STATEMENT.exec(sql) ?? [];
  if (identifier === undefined) return undefined;
  const name = identifier.startsWith('"') ? identifier.slice(1, -1) : identifier.toLowerCase();
  if (OWN_NAME.test(name)) return undefined;
  return { kind: open !== undefined ? 'open' : release !== undefined ? 'release' : 'rollback', name };
}

/** Text of a statement as it is given to a library. */
export function statementText(given: unknown): string | undefined {
  const text = typeof given === 'object' && given !== null && 'text' in given ? given.text : given;
  return typeof text === 'string' ? text : undefined;
}
