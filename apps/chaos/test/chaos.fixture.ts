import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Minutes, and a busy machine. */
export const WITHIN_MS = 1_200_000;

/** The exit status of a run with a broken promise. */
const BROKEN = 1;

/** Compiles what the scenarios start as processes. */
export function buildChaos(): void {
  const compiler = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'apps/chaos'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}

/** What a run of `npm run chaos` said, how it ended, and the temporary files that it left. */
export interface ChaosRun {
  readonly status: number;
  readonly text: string;
  readonly left: readonly string[];
}

/** Runs `npm run chaos` with a folder for temporary files that no other run has. */
export async function chaos(...args: readonly string[]): Promise<ChaosRun> {
  const folder = mkdtempSync(join(tmpdir(), 'catga-chaos-test-'));
  const child = spawn(process.execPath, ['apps/chaos/dist/main.js', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  const left = readdirSync(folder);
  // The evidence of a broken promise stays.
  if (status !== BROKEN) rmSync(folder, { recursive: true, force: true });
  return { status, text, left };
}
