import type { SqlDatabase, SqlExecutor } from '@catga/sql';
import type { SubjectKeys } from '../event-store.js';

/** Keys of the persons of one namespace in a database. */
export class SqlSubjectKeys implements SubjectKeys {
  constructor(
    private readonly database: SqlDatabase,
    private readonly namespace: string,
  ) {}

  async find(subject: string): Promise<Uint8Array | undefined> {
    const [row] = await this.on.execute(
      'SELECT key FROM catga_subject_key WHERE namespace = $1 AND subject = $2',
      [this.namespace, subject],
    );
    return row?.['key'] as Uint8Array | undefined;
  }

  /** Joins the open transaction of the caller: encrypted data and key are rolled back together. */
  async create(subject: string, key: Uint8Array): Promise<Uint8Array> {
    const [row] = await this.on.execute(
      `INSERT INTO catga_subject_key AS k (namespace, subject, key) VALUES ($1, $2, $3)
       ON CONFLICT (namespace, subject) DO UPDATE SET key = k.key RETURNING key`,
      [this.namespace, subject, key],
    );
    return row?.['key'] as Uint8Array;
  }

  async erase(subject: string): Promise<boolean> {
    const rows = await this.on.execute(
      'DELETE FROM catga_subject_key WHERE namespace = $1 AND subject = $2 RETURNING 1 AS erased',
      [this.namespace, subject],
    );
    return rows.length > 0;
  }

  private get on(): SqlExecutor {
    return this.database.ambient() ?? this.database.root;
  }
}
