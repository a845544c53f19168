import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Minutes, and a busy machine. */
const WITHIN_MS = 600_000;

/** The faults in which Redis has a part of its own, or differs most from NATS; `npm run chaos -- --engine redis` plays all. */
const ON_REDIS = ['paused', 'storm', 'broker-restart', 'broker-emptied', 'broker-full'];

beforeAll(() => {
  const compiler = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'apps/chaos'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}, WITHIN_MS);

/** Temporary files of the run of one test, and of no other. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catga-chaos-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function chaos(
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly text: string }> {
  const child = spawn(process.execPath, ['apps/chaos/dist/main.js', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, text };
}

it.each([
  ['NATS', ['--engine', 'nats', '--seconds', '3']],
  ['Redis', ['--engine', 'redis', '--seconds', '2', '--scenario', ON_REDIS.join(',')]],
])(
  'on %s every promise is kept under every fault that is played, and nothing stays behind',
  async (_engine, args) => {
    const { status, text } = await chaos('--rate', '70', ...args);
    if (status !== 0) throw new Error(text);
    expect(text).toContain('Every promise was kept.');
    // A server that was unpacked for want of the right to install it stays.
    expect(readdirSync(folder).filter((name) => !name.includes('-server-'))).toEqual([]);
  },
  WITHIN_MS,
);

it.each([
  ['--scenario', 'earthquake', "'earthquake' is none of throws, hangs"],
  ['--engine', 'kafka', "'kafka' is none of nats, redis"],
])(
  'a wrong %s is refused with the usage',
  async (option, value, problem) => {
    const { status, text } = await chaos(option, value);
    expect(status).toBe(2);
    expect(text).toContain(problem);
    expect(text).toContain('npm run chaos -- [options]');
  },
  WITHIN_MS,
);
