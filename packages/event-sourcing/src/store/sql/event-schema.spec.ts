import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { EVENT_SCHEMA, eventStoreSchema } from './event-schema.js';

it('keeps the schema in the numbered files of the package', () => {
  const folder = new URL('../../../sql/', import.meta.url);
  expect(readdirSync(folder)).toEqual(EVENT_SCHEMA.files.map(({ file }) => file));
  for (const { file, sql } of EVENT_SCHEMA.files)
    expect(readFileSync(new URL(file, folder), 'utf8')).toBe(sql);
  expect(eventStoreSchema()).toContain('INSERT INTO catga_event_schema (version) VALUES (1)');
});
