import { expect, it } from '@jest/globals';
import { CatgaIds } from './catga-ids.js';
import { UnguessableIds } from './unguessable-ids.js';

it('the id of a stored message ascends with time, and ends with digits that nobody can name before', () => {
  const ids = new UnguessableIds(new CatgaIds());
  const made = Array.from({ length: 300 }, () => ids.next());
  expect(made.toSorted()).toEqual(made);
  for (const id of made) expect(id).toMatch(/^[0-9a-z]{13}\.[0-9a-f]{12}$/i);
  expect(new Set(made.map((id) => id.split('.')[1])).size).toBe(made.length);
});
