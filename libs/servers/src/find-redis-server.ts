import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath, isExecutable, runQuietly } from './programs.js';

const NAME = 'redis-server';
const HOW_TO_INSTALL =
  'redis-server 6.2 or newer is needed. Install it (Debian: apt-get install redis-server; macOS: brew install redis; ' +
  'else https://redis.io/docs/latest/operate/oss_and_stack/install), or set REDIS_URL to a server that tests may empty.';

/** Asked by Debian's packages before they start a service; 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Where redis-server is: what `REDIS_SERVER` names, or else what is found; installs it where that is possible, and fails
 * with what to do where it is not.
 */
export function findRedisServer(): string {
  const named = process.env.REDIS_SERVER;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`REDIS_SERVER names ${named}, which cannot be executed.`);
  }
  const found = onPath(NAME) ?? installed() ?? unpacked();
  if (found === undefined) throw new Error(HOW_TO_INSTALL);
  return found;
}

/** Without the service that the package would start: tests start their own. */
function installed(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  runQuietly('apt-get', ['update']); // A bare machine has no lists of packages yet.
  const isOurPolicy = !existsSync(POLICY);
  if (isOurPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    runQuietly('apt-get', [
      'install',
      '-y',
      '--no-install-recommends',
      '-o',
      'DPkg::Lock::Timeout=120',
      NAME,
    ]);
  } finally {
    if (isOurPolicy) rmSync(POLICY);
  }
  return onPath(NAME);
}

/** Without the right to install: the packages' files, taken apart into a folder of our own. */
function unpacked(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'catga-redis-server-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  // The program is in redis-tools, under another name; the other package links to it.
  for (const name of ['redis-tools', NAME]) runQuietly('apt-get', ['download', name], folder);
  for (const archive of readdirSync(folder).filter((file) => file.endsWith('.deb')))
    runQuietly('dpkg', ['-x', archive, root], folder);
  const found = join(root, 'usr/bin', NAME);
  // Without the libraries that the package would bring it does not even say its version.
  return isExecutable(found) && spawnSync(found, ['--version']).status === 0 ? found : undefined;
}
