import { beforeAll, expect, it } from '@jest/globals';
import { bench, buildBenchmarks, quick, WITHIN_MS } from './bench.fixture.js';

beforeAll(buildBenchmarks, WITHIN_MS);

/** One scenario without a broker. `benchmarks.long.spec.ts` plays the rest. Times are nobody's to assert. */
it(
  'bench:local prints a row for a contender and a verdict for a target',
  async () => {
    const printed = await bench('local', ...quick('publish-3'));
    expect(printed).toContain('@nestjs/cqrs EventBus.publish');
    const line = printed.split('\n').find((each) => each.includes('publish-3: Catga publish (QoS 0) ÷'));
    expect(line).toMatch(/met|missed|within the spread/);
    expect(printed).not.toContain('Written to');
  },
  WITHIN_MS,
);

it.each([
  ['local', 'publish-3'],
  ['nats', 'events'],
])(
  'bench:%s refuses a scenario that there is not, and says which there are',
  async (name, scenario) => {
    const refusal = new RegExp(`No such scenario: sleep. There are: .*${scenario}`);
    await expect(bench(name, '--only', 'sleep')).rejects.toThrow(refusal);
  },
  WITHIN_MS,
);
