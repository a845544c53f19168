import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { BUILD_WITHIN_MS, buildCluster, ROOT } from './built-cluster.fixture.js';

/** Six seconds of load, and starts and stops on a busy machine. */
const SCRIPT_WITHIN_MS = 300_000;

const running: ChildProcess[] = [];

/** The conductor in a terminal's stead, in a process group of its own. */
function conduct(...args: readonly string[]): {
  readonly exited: Promise<number | null>;
  readonly text: () => string;
} {
  const child = spawn(process.execPath, ['apps/cluster/dist/main.js', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  return { exited: once(child, 'close').then(([code]) => code as number | null), text: () => text };
}

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('catga-cluster-'));

beforeAll(buildCluster, BUILD_WITHIN_MS);

afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGTERM'); // The conductor stops its processes; without it they end by themselves.
    await exited;
  }
});

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

it('says what is wrong with its options, and what to do without a terminal', async () => {
  const wrong = conduct('--script', '--seconds', 'six');
  expect(await wrong.exited).toBe(2);
  expect(wrong.text()).toContain("--seconds must be a whole number from 1 to 86400, not 'six'.");
  const blind = conduct();
  expect(await blind.exited).toBe(2);
  expect(blind.text()).toContain('npm run cluster -- --script');
});
