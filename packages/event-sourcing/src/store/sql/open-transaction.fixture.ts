import { AsyncResource } from 'node:async_hooks';
import type { SqlDatabase } from '@catga/sql';
import { expect } from '@jest/globals';
import type { PoolClient } from 'pg';
import type { EventStore, NewEvent } from '../event-store.js';

type Work = () => Promise<unknown>;

/** An event without content. */
export const event: NewEvent = { name: 'e', body: new Uint8Array(0), serializer: 'json', headers: {} };

/** A transaction that ends when the test says so. */
export class OpenTransaction {
  private constructor(
    /** Runs work as part of the transaction. */
    readonly inside: (work: Work) => Promise<unknown>,
    private readonly end: (fails: boolean) => void,
    private readonly ended: () => Promise<void>,
  ) {}

  /** @param hasId whether it has written something else before, and so is older than what begins to write later */
  static begin(database: SqlDatabase<PoolClient>, hasId = false): Promise<OpenTransaction> {
    return new Promise((resolve, reject) => {
      const running: Promise<void> = database.run(async (transaction) => {
        if (hasId) await transaction.execute('INSERT INTO other (id) VALUES (1)');
        const fails = await new Promise<boolean>((end) => {
          const inside = AsyncResource.bind((work: Work) => work());
          resolve(new OpenTransaction(inside, end, () => running));
        });
        if (fails) throw new Error('rolled back');
      });
      running.catch(reject);
    });
  }

  append(store: EventStore, stream: string, expected: number | 'any' = 'any'): Promise<unknown> {
    return this.inside(() => store.append(stream, [event], expected));
  }

  async commit(): Promise<void> {
    this.end(false);
    await this.ended();
  }

  async rollBack(): Promise<void> {
    this.end(true);
    await expect(this.ended()).rejects.toThrow('rolled back');
  }
}
