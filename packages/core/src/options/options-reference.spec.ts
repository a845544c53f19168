import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveMemoryEngineOptions } from '../memory/memory-engine-options.js';
import { resolveMemoryOutboxOptions } from '../memory/memory-outbox.js';
import { resolveCatgaOptions } from './resolve-options.js';

/** Options whose value is a thing of its own, and how the reference writes their default. */
const WRITTEN_AS: Readonly<Record<string, (value: unknown) => string>> = {
  engine: (engine) => `${(engine as { readonly name: string }).name}()`,
  serializer: (serializer) => `${(serializer as { readonly name: string }).name}()`,
  nodeId: (nodeId) =>
    /^app-[0-9a-f]{8}$/.test(String(nodeId)) ? 'the service, `-` and 8 random characters' : '',
};

function written(path: string, value: unknown): string {
  const own = WRITTEN_AS[path];
  if (own !== undefined) return own(value);
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((item: unknown) => written(path, item)).join(', ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : `${value as number | boolean | undefined}`;
}

/** Every option by its path, with its default as the reference writes it. */
function flatten(options: object, prefix = ''): [path: string, value: string][] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const path = `${prefix}${name}`;
    const isGroup =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      WRITTEN_AS[path] === undefined &&
      Object.keys(value).length > 0;
    return isGroup ? flatten(value, `${path}.`) : [[path, written(path, value)]];
  });
}

/** The rows of the tables in a part of the page. The default is the cell's first code, or the whole cell. */
function rowsOf(markdown: string): [path: string, value: string][] {
  return [...markdown.matchAll(/^\| `([\w.]+)`\s*\|([^|]*)\|/gm)].map(([, path = '', cell = '']) => {
    const text = cell.trim();
    return [path, /^`([^`]+)`/.exec(text)?.[1] ?? text];
  });
}

const sorted = (rows: [string, string][]): [string, string][] =>
  rows.sort(([one], [other]) => one.localeCompare(other));

describe('docs/reference/options.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/options.md', import.meta.url), 'utf8');
  const [ofTheNode = '', ...ofParts] = page.split(/\n## (?=The memory engine|The outbox)/);
  const partOf = (title: string): string => ofParts.find((part) => part.startsWith(title)) ?? '';

  it('has one row for each option of the node, with its default, and no other', () => {
    expect(sorted(rowsOf(ofTheNode))).toEqual(sorted(flatten(resolveCatgaOptions())));
  });

  it('has one row for each option of the memory engine, with its default, and no other', () => {
    expect(sorted(rowsOf(partOf('The memory engine')))).toEqual(
      sorted(flatten(resolveMemoryEngineOptions({}))),
    );
  });

  it('has one row for each option of the outbox in memory, with its default, and no other', () => {
    expect(sorted(rowsOf(partOf('The outbox in memory')))).toEqual(
      sorted(flatten(resolveMemoryOutboxOptions({}))),
    );
  });
});
