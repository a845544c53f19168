import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Server program that tests start, and where to find it. */
export interface WantedServer {
  /** Name of the program. */
  readonly name: string;
  /** Environment variable that overrides the program. */
  readonly variable: string;
  /** Minimum major and minor version. */
  readonly oldest: readonly [number, number];
  /** Folders to search after the path. */
  readonly folders?: readonly string[];
  /** Fallback if the path has none that is new enough. */
  readonly elsewhere: () => string | undefined;
  /** Error message if none is found. */
  readonly howToInstall: string;
}

/** Path of the server: the variable's, else one on the path that is new enough, else the fallback. */
export function findServer(wanted: WantedServer): string {
  const { name, variable, oldest, folders = [], elsewhere, howToInstall } = wanted;
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`${variable} names ${named}, which cannot be executed.`);
  }
  const found = placesOf(name, folders).find((path) => isAtLeast(versionOf(path), oldest)) ?? elsewhere();
  if (found === undefined) throw new Error(howToInstall);
  return found;
}

/** Major and minor version reported by a server; zeros if it does not run. */
export function versionOf(path: string): readonly [number, number] {
  const said = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const [, major, minor] = /(?:v=?|version |PostgreSQL\) |PgBouncer |Chromium )(\d+)\.(\d+)/.exec(said) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
}

function isAtLeast([major, minor]: readonly [number, number], oldest: readonly [number, number]): boolean {
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Debian keeps servers in `/usr/sbin`, which is not on every user's path. */
function placesOf(name: string, folders: readonly string[]): readonly string[] {
  const path = (process.env.PATH ?? '').split(delimiter);
  return [...path, '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', ...folders]
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
