import type { Effort } from '../../processes/load/contender.js';
import type { Result } from '../../processes/report/finding.js';
import { sectionOf } from '../../processes/report/section.js';

/** What runs beside Catga, and what it runs on. */
const MEASURED = [
  '@catga/nestjs',
  '@catga/nats',
  '@nestjs/core',
  '@nestjs/microservices',
  '@nats-io/transport-node',
  '@nats-io/jetstream',
  '@nats-io/kv',
  'moleculer',
  'nats',
];

/** This part of the page. */
export function section(results: readonly Result[], version: string, effort: Effort): string {
  return sectionOf(results, {
    heading: 'Between processes, over NATS',
    introduction:
      'Written by `npm run bench:nats`: one nats-server, one requesting process, one handling process, all on one machine. ' +
      'Its cores are shared by all three, so absolute figures say little about yours; ratios are within one run.',
    packages: MEASURED,
    server: ['nats-server', version],
    method: method(effort),
  });
}

function method({ generations, rounds, warmUpMs, roundMs }: Effort): string {
  return `### How it is measured between processes

\`npm run bench:nats\` repeats all of it, \`npm run bench:nats -- --help\` lists the options. It takes about twenty
minutes and wants a machine that does nothing else.

- Every contender has a requesting process and a handling process of its own. They run in rounds that take turns, in an
  order shuffled for each round, while the others are quiet: ${generations} generations of processes, each warmed up for
  ${warmUpMs} ms (for each of its handling nodes), with ${rounds} rounds of ${roundMs} ms.
- Figures are medians of rounds, also those of p50 and p99. A spread is half the distance between the quartiles. A ratio
  is taken round by round, and its median is given. A target is met or missed when the middle half of the rounds is on
  one side of it; otherwise the run cannot tell.
- A request carries some 128 bytes of JSON, and its answer as many. Handlers answer with what they were asked.
- CPU is user and system time of an operation, of each process: of Node.js what \`process.cpuUsage()\` says, of
  nats-server what Linux counts for it.
- Catga runs in Nest applications with default options, JSON on the wire, and the handler in the other process. Each event
  is checked by its handler.
- \`noAsyncTraces\` is an option of the client that spares it a stack trace for each request; the reference is without it,
  as connections are by default.
- The raw client with two KV records has no handler: for each request it puts a key, and puts it again when that is
  stored, as a claim and an outcome would be.
- What is stored is stored in files, by default options of the stream; each publish resolves when nats-server has said so.
  "Publish to handler" ends when the handler has had all; acknowledgements follow each success.
- "A turn in one message" is the limit: the raw client stores all events of a turn of the event loop as one message, without ids, keys,
  or progress of single events. Catga stores the events of a turn in frames, one for each lane, and queued commands without a key each as a
  message of its own.
- "Each turn's frame at once" is Catga with its window of frames taken away in both processes; there is no option for it.`;
}
