import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps servers in `/usr/sbin`, which is not on every user's path. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/usr/local/sbin', '/usr/local/bin']
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether it did what it should is seen by what is there afterwards. */
export function runQuietly(command: string, args: readonly string[], cwd?: string): void {
  spawnSync(command, args, {
    cwd,
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
