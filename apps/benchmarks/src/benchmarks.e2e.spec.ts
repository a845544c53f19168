import { beforeAll, expect, it } from '@jest/globals';
import { bench, buildBenchmarks, WITHIN_MS } from './bench.fixture.js';

beforeAll(buildBenchmarks, WITHIN_MS);

/** `benchmarks.long.spec.ts` plays the scenarios. */
it.each([
  ['local', 'publish-3'],
  ['nats', 'events'],
  ['sql', 'drain'],
  ['sagas', 'cost'],
])(
  'bench:%s refuses a scenario that there is not, and says which there are',
  async (name, scenario) => {
    const refusal = new RegExp(`No such scenario: sleep. There are: .*${scenario}`);
    await expect(bench(name, '--only', 'sleep')).rejects.toThrow(refusal);
  },
  WITHIN_MS,
);
