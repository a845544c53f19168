import { Inject } from '@nestjs/common';
import { Reads } from '@catga/event-sourcing';
import { Message, Query, RequestHandler } from '@catga/nestjs';
import type { SqlDatabase } from '@catga/sql';
import { DATABASE } from './database.js';
import { Balances, Statements } from './read-models.js';

@Message({ name: 'bank.balance.v1' })
export class GetBalance extends Query<{ readonly balance: number }> {
  constructor(readonly accountId: string) {
    super();
  }
}

/** A line of a statement. */
export interface StatementLine {
  readonly version: number;
  readonly what: string;
  readonly amount: number;
}

@Message({ name: 'bank.statement.v1' })
export class GetStatement extends Query<readonly StatementLine[]> {
  constructor(readonly accountId: string) {
    super();
  }
}

@Reads(Balances)
@RequestHandler(GetBalance)
export class GetBalanceHandler {
  constructor(@Inject(DATABASE) private readonly database: SqlDatabase) {}

  async handle({ accountId }: GetBalance): Promise<{ readonly balance: number }> {
    const [row] = await this.database.root.execute(
      'SELECT amount::float8 AS balance FROM balance WHERE account_id = $1',
      [accountId],
    );
    return { balance: Number(row?.['balance'] ?? 0) };
  }
}

@Reads(Statements)
@RequestHandler(GetStatement)
export class GetStatementHandler {
  constructor(@Inject(DATABASE) private readonly database: SqlDatabase) {}

  async handle({ accountId }: GetStatement): Promise<readonly StatementLine[]> {
    const rows = await this.database.root.execute(
      'SELECT version, what, amount::float8 AS amount FROM statement WHERE account_id = $1 ORDER BY version',
      [accountId],
    );
    return rows.map(({ version, what, amount }) => ({
      version: Number(version),
      what: String(what),
      amount: Number(amount),
    }));
  }
}
