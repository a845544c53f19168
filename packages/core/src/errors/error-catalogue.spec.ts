import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE } from './error-catalogue.js';

/** Sections of the page, by heading. */
function sectionsOf(page: string): ReadonlyMap<string, string> {
  const [, ...sections] = page.split(/^### /m);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')).trim(), section]));
}

describe('docs/reference/errors.md', () => {
  const sections = sectionsOf(
    readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8'),
  );

  it('has a section for every code, and for no other', () => {
    expect([...sections.keys()].toSorted()).toEqual(Object.keys(ERROR_CATALOGUE).toSorted());
  });

  it.each(Object.entries(ERROR_CATALOGUE))(
    'says of %s whether it is retryable, when it happens and what to do',
    (code, { retryable }) => {
      const section = sections.get(code);
      expect(section).toContain(`**Retryable:** ${retryable ? 'yes' : 'no'}`);
      expect(section).toMatch(/\*\*When:\*\* \S/);
      expect(section).toMatch(/\*\*What to do:\*\* \S/);
    },
  );
});
