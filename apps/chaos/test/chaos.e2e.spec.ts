import { expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Three minutes and a busy machine. */
const WITHIN_MS = 600_000;

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('catga-chaos-'));

function build(): void {
  const compiler = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'apps/chaos'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}

async function chaos(
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly text: string }> {
  const child = spawn(process.execPath, ['apps/chaos/dist/main.js', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, text };
}

it(
  'every promise is kept under every fault, and nothing stays behind',
  async () => {
    build();
    const before = leftovers();
    const { status, text } = await chaos('--seconds', '3', '--rate', '70');
    if (status !== 0) throw new Error(text);
    expect(text).toContain('Every promise was kept.');
    expect(leftovers()).toEqual(before);
  },
  WITHIN_MS,
);

it(
  'a wrong option is refused with the usage',
  async () => {
    build();
    const { status, text } = await chaos('--scenario', 'earthquake');
    expect(status).toBe(2);
    expect(text).toContain("'earthquake' is none of throws, hangs");
  },
  WITHIN_MS,
);
