import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SCHEMA_FILES } from './schema-files.js';

it('keeps the schema in the numbered files of the package', () => {
  const folder = new URL('../../sql/', import.meta.url);
  expect(readdirSync(folder)).toEqual(SCHEMA_FILES.map(({ file }) => file));
  for (const { file, sql } of SCHEMA_FILES) expect(readFileSync(new URL(file, folder), 'utf8')).toBe(sql);
});
