import { debianProgram, isUnpacked } from './debian-program.js';

const PROGRAMS = 'usr/lib/postgresql/15/bin';
const POSTGRES = `${PROGRAMS}/postgres`;
const PG_BOUNCER = 'usr/sbin/pgbouncer';

/** Of both; another user starts them, who cannot read the cache of root. */
const RELEASE = { suite: 'bookworm', isPublic: true } as const;
/** PostgreSQL and PgBouncer, downloaded together: fetching package lists takes most of the time. */
const BOTH = {
  ...RELEASE,
  packageName: 'postgresql-15',
  others: ['pgbouncer'],
  programs: [POSTGRES, `${PROGRAMS}/initdb`, PG_BOUNCER],
} as const;

/** Path of Debian's postgres, next to its `initdb`. */
export function debianPostgres(): string | undefined {
  return debianProgram({ ...BOTH, path: POSTGRES });
}

/** Path of Debian's pgbouncer; on a machine that has PostgreSQL only PgBouncer is downloaded. */
export function debianPgBouncer(): string | undefined {
  const alone = { ...RELEASE, packageName: 'pgbouncer', programs: [PG_BOUNCER] };
  return debianProgram({ ...(isUnpacked(BOTH) ? BOTH : alone), path: PG_BOUNCER });
}
