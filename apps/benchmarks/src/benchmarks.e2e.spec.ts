import { beforeAll, describe, expect, it } from '@jest/globals';
import { bench, buildBenchmarks, quick, WITHIN_MS } from './bench.fixture.js';

beforeAll(buildBenchmarks, WITHIN_MS);

/** A scenario, a contender of it and a target. `benchmarks.long.spec.ts` plays the rest. Times are nobody's to assert. */
describe.each([
  ['local', 'publish-3', '@nestjs/cqrs EventBus.publish', 'publish-3: Catga publish (QoS 0) ÷'],
  [
    'nats',
    'events',
    'nc.publish and subscribe, JSON',
    'events: rate of Catga publish (QoS 0) ÷ nc.publish and subscribe, JSON',
  ],
])('bench:%s', (name, scenario, contender, target) => {
  it(
    'prints a row for a contender and a verdict for a target',
    async () => {
      const printed = await bench(name, ...quick(scenario));
      expect(printed).toContain(contender);
      const line = printed.split('\n').find((each) => each.includes(target));
      expect(line).toMatch(/met|missed|within the spread/);
      expect(printed).not.toContain('Written to');
    },
    WITHIN_MS,
  );

  it(
    'refuses a scenario that there is not, and says which there are',
    async () => {
      const refusal = new RegExp(`No such scenario: sleep. There are: .*${scenario}`);
      await expect(bench(name, '--only', 'sleep')).rejects.toThrow(refusal);
    },
    WITHIN_MS,
  );
});
