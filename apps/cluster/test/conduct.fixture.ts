import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './built-cluster.fixture.js';

const running: ChildProcess[] = [];

/** The conductor in a terminal's stead. */
export function conduct(...args: readonly string[]): {
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

/** Ends every conductor that still runs. */
export async function endConductors(): Promise<void> {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGTERM'); // The conductor stops its processes; without it they end by themselves.
    await exited;
  }
}
