import { beforeAll, expect, it } from '@jest/globals';
import { ENGINES } from '../src/broker/engine-settings.js';
import { buildChaos, chaos, WITHIN_MS } from './chaos.fixture.js';

beforeAll(buildChaos, WITHIN_MS);

/** The broker that dies while it has work of every kind. `chaos.long.spec.ts` plays all faults. */
const SHORTEST = ['--scenario', 'broker-restart', '--seconds', '2', '--rate', '70'];

it.each(ENGINES)(
  'on %s every promise is kept when the broker is killed, and nothing stays behind',
  async (engine) => {
    const { status, text, left } = await chaos('--engine', engine, ...SHORTEST);
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
