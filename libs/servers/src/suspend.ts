import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Timeout for all threads to stop, in milliseconds. */
const WITHIN_MS = 1000;

/** Suspends a process. On systems with `/proc`, waits until all its threads have stopped. */
export function suspend(process: ChildProcess | undefined): void {
  process?.kill('SIGSTOP');
  const tasks = `/proc/${process?.pid}/task`;
  if (process === undefined || !existsSync(tasks)) return;
  for (const startMs = performance.now(); performance.now() - startMs < WITHIN_MS;)
    if (readdirSync(tasks).every((task) => stateOf(`${tasks}/${task}/stat`) === 'T')) return;
}

function stateOf(stat: string): string | undefined {
  try {
    // The state follows the program name, which may contain spaces and parentheses.
    return readFileSync(stat, 'utf8').split(') ').at(-1)?.[0];
  } catch {
    return 'T'; // The thread has ended.
  }
}
