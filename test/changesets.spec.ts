import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (file: string): unknown => JSON.parse(readFileSync(root + file, 'utf8'));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

describe('a release', () => {
  it('gives every published package the same version', () => {
    const { fixed } = readJson('.changeset/config.json') as {
      readonly fixed: readonly (readonly string[])[];
    };
    const published = readdirSync(`${root}packages`)
      .map((folder) => readJson(`packages/${folder}/package.json`) as Manifest)
      .filter((manifest) => manifest.private !== true)
      .map(({ name }) => name);
    expect(fixed.map((names) => names.toSorted())).toEqual([published.toSorted()]);
  });
});
