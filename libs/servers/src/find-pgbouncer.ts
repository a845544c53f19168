import { debianPgBouncer } from './debian-postgres.js';
import { findServer } from './find-server.js';

/**
 * Path of pgbouncer. `PGBOUNCER` overrides it. If none is found, throws an error that says how to install it.
 */
export function findPgBouncer(): string {
  return findServer({
    name: 'pgbouncer',
    variable: 'PGBOUNCER',
    oldest: [1, 15],
    elsewhere: debianPgBouncer,
    howToInstall:
      'PgBouncer is needed. Install it (Debian: apt-get install pgbouncer; macOS: brew install pgbouncer), or name it by ' +
      'PGBOUNCER.',
  });
}
