import { createHash } from 'node:crypto';
import type { SqlStatement } from '../database/sql-adapter.js';
import type { PgStatement } from './pg-connection.js';

/** Maximum number of prepared statements: connections keep them until they are closed. */
const MOST_NAMES = 256;

/** Statements as they are given to `pg`: named, so that they are prepared once per connection, or not. */
export class PgStatements {
  private readonly names = new Map<string, string>();

  constructor(private readonly arePrepared: boolean) {}

  of({ sql, values }: SqlStatement): PgStatement {
    return { text: sql, values, name: this.nameOf(sql) };
  }

  private nameOf(sql: string): string | undefined {
    const known = this.names.get(sql);
    if (known !== undefined || !this.arePrepared || this.names.size >= MOST_NAMES) return known;
    // The same for all databases of a pool, which share its connections.
    const name = `catga_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    this.names.set(sql, name);
    return name;
  }
}
