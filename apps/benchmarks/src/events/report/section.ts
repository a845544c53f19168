import type { Effort } from '../../processes/load/contender.js';
import type { Result } from '../../processes/report/finding.js';
import { sectionOf } from '../../processes/report/section.js';
import { EMMETT } from '../peers/emmett.js';

/** What runs beside Catga, and what it runs on. */
const MEASURED = [
  '@catga/event-sourcing',
  '@catga/sql',
  '@catga/nats',
  '@catga/nestjs',
  '@nats-io/jetstream',
  'pg',
];

/** This part of the page. */
export function section(results: readonly Result[], version: string, effort: Effort): string {
  return sectionOf(results, {
    heading: 'Event stores, on PostgreSQL and on NATS',
    introduction:
      'Written by `npm run bench:events`: one PostgreSQL server, one nats-server and the process of one contender, on one machine. ' +
      'Its cores and its disk are shared by all, so absolute figures say little about yours; ratios are within one run.',
    packages: MEASURED,
    server: ['servers', version],
    method: method(effort),
  });
}

function method({ generations, rounds, warmUpMs, roundMs }: Effort): string {
  return `### How event stores are measured

\`npm run bench:events\` repeats all of it, \`npm run bench:events -- --help\` lists the options. It wants a machine that does
nothing else.

- Processes, rounds, figures and ratios are as over NATS: ${generations} generations of processes, each warmed up for
  ${warmUpMs} ms, with ${rounds} rounds of ${roundMs} ms that take turns. One generation fills the tables of read models and of pages.
- PostgreSQL has its default durability, as given above: a COMMIT is on disk when it is acknowledged. Every contender has a
  database of its own on it, and a pool of 60 connections of \`pg\`; Emmett has its own pool, with its defaults.
- Catga runs in Nest applications with default options and \`sqlEventStore(pg(pool))\`, or \`engineEventStore()\` on NATS. An event is some 128 bytes of JSON.
  With prepared statements it is \`pg(pool, { preparedStatements: true })\`. Who reads pages of a million events is another process than who has written them.
- ${EMMETT} appends the same events, without projections. Its store in SQLite needs a native module that is compiled or downloaded when it is
  installed, and is left out, as is Castore, whose stores are DynamoDB and its adapters.
- A bare INSERT is one statement, of one row of some 110 bytes, in a table with a primary key.`;
}
