import { expect, it } from '@jest/globals';
import { OutcomeArchive } from './outcome-archive.js';

it('returns the outcome and the fingerprint of an id as they were recorded last', () => {
  const archive = new OutcomeArchive(() => 0);
  for (const ok of [true, false]) archive.add('a', `print ${ok}`, { ok, body: `${ok}` }, 1000);
  archive.add('b', '', { ok: true, body: new Uint8Array([1, 2, 3]) }, 1000);
  expect(archive.find('a')).toBe(true);
  expect([archive.fingerprint, archive.outcome]).toEqual(['print false', { ok: false, body: 'false' }]);
  expect(archive.find('b')).toBe(true);
  expect([archive.fingerprint, archive.outcome]).toEqual(['', { ok: true, body: new Uint8Array([1, 2, 3]) }]);
  expect(archive.find('c')).toBe(false);
});
