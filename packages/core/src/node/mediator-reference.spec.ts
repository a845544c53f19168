import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const codesIn = (text: string): readonly string[] =>
  [...new Set(Array.from(text.matchAll(/CATGA_[A-Z_]+/g), ([code]) => code))].toSorted();

const source = read('./catga-mediator.ts');
const page = read('../../../../docs/reference/mediator.md');

/** The docstring right above a public method. */
function docstringOf(method: string): string {
  const [before = ''] = source.split(new RegExp(String.raw`^  ${method}[<(]`, 'm'));
  return before.slice(before.lastIndexOf('/**'));
}

/** The row of a method in the tables of the page. */
function rowOf(method: string): string {
  return page.split('\n').find((line) => line.startsWith(`| \`${method}(`)) ?? '';
}

describe('docs/reference/mediator.md', () => {
  it('lists the codes of requests that the docstring of send lists', () => {
    const [, section = ''] = page.split('### Errors of requests');
    const [table = ''] = section.split('\n## ');
    expect(codesIn(table)).toContain('CATGA_NODE_LOST');
    expect(codesIn(table)).toEqual(codesIn(docstringOf('send')));
  });

  it.each(['enqueue', 'outcomeOf', 'publish'])('lists the codes that the docstring of %s lists', (method) => {
    expect(codesIn(rowOf(method))).toContain('CATGA_SHUTTING_DOWN');
    expect(codesIn(rowOf(method))).toEqual(codesIn(docstringOf(method)));
  });

  it.each(['publishBatch', 'broadcast'])('has the codes of publish for %s', (method) => {
    const stored = ['CATGA_ENGINE_UNAVAILABLE', 'CATGA_OVERLOADED', 'CATGA_UNSUPPORTED'];
    const expected = codesIn(docstringOf('publish')).filter(
      (code) => method === 'publishBatch' || !stored.includes(code),
    );
    expect(codesIn(docstringOf(method))).toEqual(expected);
  });
});
