import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isExecutable, onPath, runQuietly } from './programs.js';

const NAME = 'nats-server';
const HOW_TO_INSTALL =
  'nats-server 2.9 or newer is needed. Install it (Debian: apt-get install nats-server; macOS: brew install ' +
  'nats-server; else https://github.com/nats-io/nats-server/releases), or set NATS_URL to a server with JetStream.';

/**
 * Where nats-server is: what `NATS_SERVER` names, or else what is found; installs it where that is possible, and fails
 * with what to do where it is not.
 */
export function findNatsServer(): string {
  const named = process.env.NATS_SERVER;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`NATS_SERVER names ${named}, which cannot be executed.`);
  }
  const found = onPath(NAME) ?? installed() ?? unpacked();
  if (found === undefined) throw new Error(HOW_TO_INSTALL);
  return found;
}

function installed(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  runQuietly('apt-get', ['update']); // A bare machine has no lists of packages yet.
  runQuietly('apt-get', ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', NAME]);
  return onPath(NAME);
}

/** Without the right to install: the package's file, taken apart into a folder of our own. */
function unpacked(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'catga-nats-server-'));
  runQuietly('apt-get', ['download', NAME], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (archive === undefined) return undefined;
  const root = join(folder, 'root');
  mkdirSync(root);
  runQuietly('dpkg', ['-x', archive, root], folder);
  return [join(root, 'usr/sbin', NAME), join(root, 'usr/bin', NAME)].find(isExecutable);
}
