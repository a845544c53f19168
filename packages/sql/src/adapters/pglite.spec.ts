import { describe, expect, it } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import { pglite } from '@catga/sql';
import type { Transaction } from '@electric-sql/pglite';

describe('The adapter of PGlite', () => {
  it('accepts a database by its token, and knows the type of its transactions', () => {
    const transaction: Transaction | undefined = pglite(PGlite).current();
    expect(transaction).toBeUndefined();
  });
});
