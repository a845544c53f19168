import { describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { pg } from '@catga/sql';
import type { PoolClient } from 'pg';

describe('The adapter of pg', () => {
  it('accepts a pool or the token of one, and knows the type of its clients', () => {
    const clients: readonly (PoolClient | undefined)[] = [pg(new Pool()).current(), pg(Pool).current()];
    expect(clients).toEqual([undefined, undefined]);
  });

  it('takes a pool for no transaction', () => {
    const pool = new Pool();
    expect(pg(pool).executorOf(pool)).toBeUndefined();
  });
});
