import { beforeAll, expect, it } from '@jest/globals';
import { ENGINES } from '../src/broker/engine-settings.js';
import { buildChaos, chaos, WITHIN_MS } from './chaos.fixture.js';

beforeAll(buildChaos, WITHIN_MS);

it.each(ENGINES)(
  'on %s every promise is kept under every fault, and nothing stays behind',
  async (engine) => {
    const { status, text, left } = await chaos('--engine', engine, '--seconds', '4', '--rate', '100');
    if (status !== 0) throw new Error(text);
    expect(text).toContain('Every promise was kept.');
    expect(left).toEqual([]);
  },
  WITHIN_MS,
);

it.each(ENGINES)(
  'on %s every saga ends as it may under every fault, with each effect once or undone',
  async (engine) => {
    const { status, text, left } = await chaos('--engine', engine, '--sagas', '2000');
    if (status !== 0) throw new Error(text);
    expect(text).toContain('Every promise was kept.');
    expect(left).toEqual([]);
  },
  WITHIN_MS,
);
