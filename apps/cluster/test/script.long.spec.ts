import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { BUILD_WITHIN_MS, buildCluster } from './built-cluster.fixture.js';
import { conduct, endConductors } from './conduct.fixture.js';

/** Six seconds of load, and starts and stops on a busy machine. */
const SCRIPT_WITHIN_MS = 300_000;

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('catga-cluster-'));

beforeAll(buildCluster, BUILD_WITHIN_MS);
afterAll(endConductors);

it(
  'survives two kills and a rolling restart under load, and cleans up',
  async () => {
    const before = leftovers();
    const { exited, text } = conduct('--script', '--seconds', '6', '--rate', '50');
    const status = await exited;
    const summary = text();
    expect(summary).toMatch(/^SIGKILLs +2$/m);
    expect(summary).toMatch(/^Rolling restarts +1\b/m);
    const [, sent] = /^Sent +([1-9]\d*)$/m.exec(summary) ?? [];
    expect(summary).toMatch(new RegExp(`^Succeeded +${sent}$`, 'm'));
    expect(summary).toMatch(/^Failed +0$/m);
    expect(summary).toMatch(/^Lost +0$/m);
    expect(summary).toMatch(/^ {2}against the record +0$/m);
    expect(summary).toMatch(/^OK: /m);
    expect(status).toBe(0);
    expect(leftovers()).toEqual(before);
  },
  SCRIPT_WITHIN_MS,
);
