import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveFileOutboxOptions } from './file-outbox-options.js';

describe('docs/reference/options.md', () => {
  const page = readFileSync(new URL('../../../docs/reference/options.md', import.meta.url), 'utf8');

  it('has one row for each option of the outbox on disk, with its default, and no other', () => {
    const [, rest = ''] = page.split('\n## The outbox on disk\n');
    const [section = ''] = rest.split('\n## ');
    const rows = [...section.matchAll(/^\| `(\w+)`\s*\| (?:`(\d+)`)?/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const { path: _, ...limits } = resolveFileOutboxOptions({ path: 'any' });
    const defaults = Object.entries(limits).map(([name, value]) => [name, String(value)]);
    expect(rows).toEqual([['path', undefined], ...defaults]);
  });
});
