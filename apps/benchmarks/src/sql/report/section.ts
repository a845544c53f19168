import type { Effort } from '../../processes/load/contender.js';
import type { Result } from '../../processes/report/finding.js';
import { sectionOf } from '../../processes/report/section.js';
import { DRAIN_ROUNDS } from '../scenarios/drain.js';
import { GRAPHILE_WORKER } from '../peers/graphile-worker.js';

/** What runs beside Catga, and what it runs on. */
const MEASURED = ['@catga/nestjs', '@catga/sql', '@catga/nats', 'pg', '@nats-io/jetstream'];

/** This part of the page. */
export function section(results: readonly Result[], version: string, effort: Effort): string {
  return sectionOf(results, {
    heading: 'A row and a message in one commit, on PostgreSQL',
    introduction:
      'Written by `npm run bench:sql`: one PostgreSQL server, one nats-server, and the processes of one contender, all on one ' +
      'machine. Its cores and its disk are shared by all, so absolute figures say little about yours; ratios are within one run.',
    packages: MEASURED,
    server: ['PostgreSQL', version],
    method: method(effort),
  });
}

function method({ generations, rounds, warmUpMs, roundMs }: Effort): string {
  return `### How it is measured on PostgreSQL

\`npm run bench:sql\` repeats all of it, \`npm run bench:sql -- --help\` lists the options. It wants a machine that does
nothing else.

- Processes, rounds, figures and ratios are as over NATS: ${generations} generations of processes, each warmed up for
  ${warmUpMs} ms, with ${rounds} rounds of ${roundMs} ms that take turns. One generation fills tables: an
  outbox is emptied once for the compiler and ${Math.min(DRAIN_ROUNDS, rounds)} times for the figures; claims have ${generations * rounds} rounds.
- PostgreSQL has its default durability, as given above: a COMMIT is on disk when it is acknowledged. Every contender has a
  database of its own on it, and a pool of 60 connections of \`pg\`.
- Catga runs in Nest applications with default options, \`outbox: sqlOutbox(pg(pool))\`, JSON, and events of QoS 1; with prepared
  statements it is \`pg(pool, { preparedStatements: true })\`. What nobody subscribes to is kept in its history of the latest events.
- A bare transaction is BEGIN, one INSERT of some 110 bytes, COMMIT. The others do the same, and add a message.
- The polled outbox is written by hand: a table, read every 100 ms by \`FOR UPDATE SKIP LOCKED\`, a thousand rows at a time,
  sent by \`js.publish\`, deleted after the acknowledgements. A full page is followed by the next without a pause. It keeps
  no order by key.
- ${GRAPHILE_WORKER} has no broker: its worker is told of jobs by \`NOTIFY\`, and handles 50 at a time.
- The server's CPU is that of PostgreSQL, with its sessions.`;
}
