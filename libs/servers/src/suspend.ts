import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** How long a process may take to stand still, in milliseconds. */
const WITHIN_MS = 1000;

/** Suspends a process. It stands still when this returns, where the system tells: no thread goes on with what it was sent. */
export function suspend(process: ChildProcess | undefined): void {
  process?.kill('SIGSTOP');
  const tasks = `/proc/${process?.pid}/task`;
  if (process === undefined || !existsSync(tasks)) return;
  for (const startMs = performance.now(); performance.now() - startMs < WITHIN_MS;)
    if (readdirSync(tasks).every((task) => stateOf(`${tasks}/${task}/stat`) === 'T')) return;
}

function stateOf(stat: string): string | undefined {
  try {
    // After the name of the program, which may have spaces and parentheses.
    return readFileSync(stat, 'utf8').split(') ').at(-1)?.[0];
  } catch {
    return 'T'; // The thread has ended.
  }
}
