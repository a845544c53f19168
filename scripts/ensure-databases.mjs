// Finds PostgreSQL and PgBouncer for the long tests, or installs them where that is possible, as ensure-servers.mjs does.
import { findPgBouncer } from '../libs/servers/dist/find-pgbouncer.js';
import { findPostgres } from '../libs/servers/dist/find-postgres.js';
import { template } from '../libs/servers/dist/postgres-data.js';

console.log(`postgres: ${findPostgres()}, with data in ${template()}`);
console.log(`pgbouncer: ${findPgBouncer()}`);
