import { expect, it } from '@jest/globals';
import { BoundedLabels, OTHER } from './bounded-labels.js';

it('a label has two hundred values at most, and further ones are one', () => {
  const seen = new Set<string | undefined>();
  const labels = new BoundedLabels();
  const record = labels.around((_value, { error }) => void seen.add(error));
  for (let index = 0; index < 1000; index++) record(1, { error: `error ${index}`, name: 'Pack' });
  record(1, { error: 'error 7', name: 'Pack' });
  expect(seen.size).toBe(201);
  expect(seen.has(OTHER)).toBe(true);
  expect(labels.bounded({ error: 'error 999', name: 'Pack' })).toEqual({ error: OTHER, name: 'Pack' });
});
