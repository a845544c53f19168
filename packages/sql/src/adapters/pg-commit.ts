import { hasMethods, propertyOf } from './structure.js';
import type { SqlValue } from '../database/sql-adapter.js';
import type { SqlRow } from '../database/sql-executor.js';
import type { PgClient, PgStatement } from './pg-connection.js';

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Connection of a client, as the queries of `pg-cursor` and others use it. */
interface Connection {
  readonly stream: { cork?(): void; uncork?(): void };
  /** Texts of the prepared statements, by name. */
  readonly parsedStatements?: Readonly<Record<string, string>>;
  parse(query: { readonly text: string; readonly name?: string | undefined }): void;
  bind(config: {
    readonly statement?: string | undefined;
    readonly values?: SqlValue[];
    valueMapper?(value: SqlValue): string | Buffer | null;
  }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(config: object): void;
  sync(): void;
}

/** Commits the transaction of a client after a last statement; both in one round trip if the client allows it. */
export async function commit(client: PgClient, last: PgStatement | undefined): Promise<readonly SqlRow[]> {
  const sendCommit = () => client.query('COMMIT', []);
  if (last === undefined) return confirm((await sendCommit()).command, []);
  if (propertyOf(client, 'pipeline') === true) {
    // If the statement fails, COMMIT is a ROLLBACK.
    const [{ rows }, { command }] = await Promise.all([client.query(last), sendCommit()]);
    return confirm(command, rows);
  }
  if (hasMethods(propertyOf(client, 'connection'), 'parse', 'bind', 'execute', 'sync')) {
    const { command, rows } = await new StatementAndCommit(client, last).sent;
    return confirm(command, rows);
  }
  const { rows } = await client.query(last);
  return confirm((await sendCommit()).command, rows);
}

/** COMMIT of a failed transaction is a ROLLBACK. */
function confirm<T>(command: string | undefined, result: T): T {
  if (command !== 'ROLLBACK') return result;
  throw Object.assign(new Error('The transaction was rolled back, because a statement in it had failed.'), {
    code: '25P02',
  });
}

/**
 * A statement and COMMIT in one message of the extended protocol, which `pg` takes as a query. If the statement fails the
 * server skips the COMMIT: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
class StatementAndCommit {
  readonly sent: Promise<{ readonly command: string | undefined; readonly rows: readonly SqlRow[] }>;
  /** The client records the statement as prepared under these when it is parsed. */
  readonly name: string | undefined;
  readonly text: string;
  /** Also called by the client when it abandons a query. */
  callback: (error: Error | null) => void = () => {};
  private fields: readonly Field[] = [];
  private readonly rows: SqlRow[] = [];
  private command: string | undefined;

  constructor(
    private readonly client: PgClient,
    private readonly statement: PgStatement,
  ) {
    this.name = statement.name;
    this.text = statement.text;
    this.sent = new Promise((resolve, reject) => {
      this.callback = (error) =>
        error === null ? resolve({ command: this.command, rows: this.rows }) : reject(error);
      const query = propertyOf(client, 'query') as (this: PgClient, query: object) => unknown;
      query.call(client, this);
    });
  }

  submit(connection: Connection): null {
    const { text, name, values } = this.statement;
    const { stream, parsedStatements = {} } = connection;
    stream.cork?.();
    try {
      if (name === undefined || parsedStatements[name] === undefined) connection.parse({ text, name });
      connection.bind({ statement: name, values, valueMapper: bound });
      connection.describe({ type: 'P' });
      connection.execute({});
      connection.parse({ text: 'COMMIT' });
      connection.bind({});
      connection.execute({});
      connection.sync();
    } finally {
      stream.uncork?.();
    }
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.fields = fields;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { client } = this;
    const valueOf = (at: number, type: number): unknown => {
      const text = fields[at] ?? null;
      return text === null ? null : client.getTypeParser?.(type, 'text')(text);
    };
    this.rows.push(
      Object.fromEntries(this.fields.map(({ name, dataTypeID }, at) => [name, valueOf(at, dataTypeID)])),
    );
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.command = text;
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}

function bound(value: SqlValue): string | Buffer | null {
  return value === null || Buffer.isBuffer(value) ? value : String(value);
}
