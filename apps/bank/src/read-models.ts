import { On, Projection } from '@catga/event-sourcing';
import type { ProjectionContext } from '@catga/event-sourcing';
import { Deposited, Withdrawn } from './account.js';

/** Balance of each account. */
@Projection({
  name: 'balances',
  tables: { balance: 'account_id text PRIMARY KEY, amount bigint NOT NULL' },
})
export class Balances {
  @On(Deposited)
  deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
    return this.add(amount, context);
  }

  @On(Withdrawn)
  withdrawn({ amount }: Withdrawn, context: ProjectionContext): Promise<void> {
    return this.add(-amount, context);
  }

  private async add(amount: number, { id, tx, table }: ProjectionContext): Promise<void> {
    await tx.execute(
      `INSERT INTO ${table('balance')} AS b VALUES ($1, $2::bigint)
       ON CONFLICT (account_id) DO UPDATE SET amount = b.amount + excluded.amount`,
      [id, amount],
    );
  }
}

/** Statement of each account. */
@Projection({
  name: 'statements',
  tables: {
    statement: `account_id text, version int, what text NOT NULL, amount bigint NOT NULL,
      PRIMARY KEY (account_id, version)`,
  },
})
export class Statements {
  @On(Deposited)
  deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
    return this.add('deposit', amount, context);
  }

  @On(Withdrawn)
  withdrawn({ amount }: Withdrawn, context: ProjectionContext): Promise<void> {
    return this.add('withdrawal', -amount, context);
  }

  private async add(
    what: string,
    amount: number,
    { id, version, tx, table }: ProjectionContext,
  ): Promise<void> {
    await tx.execute(`INSERT INTO ${table('statement')} VALUES ($1, $2::int, $3, $4::bigint)`, [
      id,
      version,
      what,
      amount,
    ]);
  }
}
