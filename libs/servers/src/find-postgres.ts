import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { debianPostgres } from './debian-postgres.js';
import { findServer } from './find-server.js';

/** Debian's folder of versions, each with its programs in `bin`. */
const VERSIONS = '/usr/lib/postgresql';

/**
 * Path of postgres 13 or newer, next to its `initdb`. `POSTGRES_SERVER` overrides it. If none is found, throws an error
 * that says how to install it.
 */
export function findPostgres(): string {
  const found = findServer({
    name: 'postgres',
    variable: 'POSTGRES_SERVER',
    oldest: [13, 0],
    folders: existsSync(VERSIONS)
      ? readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin'))
      : [],
    elsewhere: debianPostgres,
    howToInstall:
      'PostgreSQL 13 or newer is needed. Install it (Debian: apt-get install postgresql; macOS: brew install postgresql; ' +
      'else https://www.postgresql.org/download), or name its program postgres by POSTGRES_SERVER.',
  });
  return realpathSync(found);
}
