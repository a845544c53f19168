import { expect, it } from '@jest/globals';
import { OutcomeArchive } from './outcome-archive.js';

it('frees the memory of outcomes once they have expired', () => {
  let nowMs = 0;
  const archive = new OutcomeArchive(() => nowMs);
  const add = (): number => archive.add('print', { ok: true, body: 'x'.repeat(100_000) }, 1000);
  const places = Array.from({ length: 20 }, add);
  expect(new Set(places).size).toBe(20);
  expect(places.map((place) => archive.expiryOf(place))).toEqual(places.map(() => 1000));
  nowMs = 1000;
  // Each addition removes one segment at most.
  for (let index = 0; index < 20; index++) add();
  expect(places.map((place) => archive.expiryOf(place))).toEqual(places.map(() => 0));
  expect(places.map((place) => archive.outcomeAt(place))).toEqual(places.map(() => undefined));
});
