import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');
/** As the check of the layers has them, lowest first. */
const kernelLayers = ((): readonly (readonly string[])[] => {
  const [, list = '[]'] =
    /const kernelLayers = (\[[\s\S]*?\n\]);/.exec(read('.dependency-cruiser.cjs')) ?? [];
  return JSON.parse(list.replaceAll("'", '"').replaceAll(/,(\s*\])/g, '$1')) as string[][];
})();
/** Beside the layers: an engine. */
const BESIDE = ['memory'];

describe('the layers of the kernel', () => {
  it('are all of its folders', () => {
    const folders = readdirSync(`${root}packages/core/src`, { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect([...kernelLayers.flat(), ...BESIDE].toSorted()).toEqual(names.toSorted());
  });

  it('are the table of the architecture page', () => {
    const table = read('docs/internals/architecture.md').match(/\| folder {2,}\|[\s\S]*?\n\n/)?.[0] ?? '';
    const told = [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, name = '']) => name);
    expect(told.toSorted()).toEqual([...kernelLayers.flat(), ...BESIDE].toSorted());
  });

  it('are the arrows of CONTRIBUTING.md, in their order', () => {
    const [, sentence = ''] =
      /the arrows run one way: ([\s\S]*?)with `memory`/.exec(read('CONTRIBUTING.md')) ?? [];
    const told = sentence
      .split('→')
      .map((layer) => [...layer.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name));
    expect(told.map((layer) => layer.toSorted())).toEqual(kernelLayers.map((layer) => layer.toSorted()));
  });
});
