import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveSqlOutboxOptions } from './sql-outbox-options.js';

describe('docs/reference/options.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/options.md', import.meta.url), 'utf8');

  it('has one row for each option of the outbox in a database, with its default, and no other', () => {
    const [, rest = ''] = page.split('\n## The outbox in a database\n');
    const [section = ''] = rest.split('\n## ');
    const rows = [...section.matchAll(/^\| `(\w+)`\s*\| `'?(\w+)'?`/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const defaults = Object.entries(resolveSqlOutboxOptions({})).map(([name, value]) => [
      name,
      String(value),
    ]);
    expect(rows).toEqual(defaults);
  });
});
