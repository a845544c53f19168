import { beforeAll, expect, it } from '@jest/globals';
import { buildChaos, chaos, WITHIN_MS } from './chaos.fixture.js';

beforeAll(buildChaos, WITHIN_MS);

/** NATS, which dies while it has work of every kind. `chaos.long.spec.ts` plays all faults on both engines. */
const SHORTEST = ['--scenario', 'broker-restart', '--seconds', '2', '--rate', '70'];

it(
  'every promise is kept when the broker is killed, and nothing stays behind',
  async () => {
    const { status, text, left } = await chaos(...SHORTEST);
    if (status !== 0) throw new Error(text);
    expect(text).toContain('Every promise was kept.');
    expect(left).toEqual([]);
  },
  WITHIN_MS,
);

it(
  'a wrong option is refused with the usage',
  async () => {
    const { status, text } = await chaos('--engine', 'kafka');
    expect(status).toBe(2);
    expect(text).toContain("'kafka' is none of nats, redis");
    expect(text).toContain('npm run chaos -- [options]');
  },
  WITHIN_MS,
);
