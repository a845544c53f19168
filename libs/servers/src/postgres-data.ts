import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from './debian-program.js';
import { findPostgres } from './find-postgres.js';
import { versionOf } from './find-server.js';
import { giveTo, unprivilegedUser } from './unprivileged-user.js';

/** A new data folder: a copy of a prepared one, because `initdb` takes seconds. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'catga-postgres-'));
  giveTo(unprivilegedUser(), folder);
  const data = join(folder, 'data');
  run('cp', ['-a', template(), data], tmpdir());
  return data;
}

/** Prepares what new data folders are copied from, once. */
export function template(): string {
  const { uid = process.getuid?.() ?? 0 } = unprivilegedUser();
  const home = join(cacheFolder(true), `postgres-data-${versionOf(findPostgres()).join('.')}-${uid}`);
  if (existsSync(home)) return home;
  const folder = mkdtempSync(join(cacheFolder(true), 'new-'));
  giveTo(unprivilegedUser(), folder);
  try {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    giveTo(unprivilegedUser(), data);
    const settings = ['--auth', 'trust', '--username', 'postgres', '--encoding', 'UTF8', '--locale', 'C'];
    run(join(dirname(findPostgres()), 'initdb'), ['--pgdata', data, '--no-sync', ...settings], folder);
    if (!existsSync(home)) renameSync(data, home);
    return home;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes a data folder. */
export function removeDataFolder(data: string): void {
  rmSync(dirname(data), { recursive: true, force: true });
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...unprivilegedUser(),
  });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
}
