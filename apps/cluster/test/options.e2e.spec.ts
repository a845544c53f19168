import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BUILD_WITHIN_MS, buildCluster } from './built-cluster.fixture.js';
import { conduct, endConductors } from './conduct.fixture.js';

beforeAll(buildCluster, BUILD_WITHIN_MS);
afterAll(endConductors);

it('says what is wrong with its options, and what to do without a terminal', async () => {
  const wrong = conduct('--script', '--seconds', 'six');
  expect(await wrong.exited).toBe(2);
  expect(wrong.text()).toContain("--seconds must be a whole number from 1 to 86400, not 'six'.");
  const blind = conduct();
  expect(await blind.exited).toBe(2);
  expect(blind.text()).toContain('npm run cluster -- --script');
});
