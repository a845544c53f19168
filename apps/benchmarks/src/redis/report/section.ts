import type { Effort } from '../../processes/load/contender.js';
import type { Result } from '../../processes/report/finding.js';
import { sectionOf } from '../../processes/report/section.js';

/** What runs beside Catga, and what it runs on. */
const MEASURED = [
  '@catga/nestjs',
  '@catga/redis',
  '@nestjs/core',
  '@nestjs/microservices',
  'bullmq',
  'moleculer',
  'ioredis',
];

/** This part of the page. */
export function section(results: readonly Result[], version: string, effort: Effort): string {
  return sectionOf(results, {
    heading: 'Between processes, over Redis',
    introduction:
      'Written by `npm run bench:redis`: one redis-server, one requesting process, one handling process, all on one machine. ' +
      'Its cores are shared by all three, so absolute figures say little about yours; ratios are within one run.',
    packages: MEASURED,
    server: ['redis-server', version],
    method: method(effort),
  });
}

function method({ generations, rounds, warmUpMs, roundMs }: Effort): string {
  return `### How it is measured over Redis

\`npm run bench:redis\` repeats all of it, \`npm run bench:redis -- --help\` lists the options. It takes some ten
minutes and wants a machine that does nothing else.

- Processes, rounds, figures and ratios are as over NATS: ${generations} generations of processes, each warmed up for
  ${warmUpMs} ms, with ${rounds} rounds of ${roundMs} ms that take turns.
- redis-server keeps a log with \`appendonly yes\` and \`appendfsync everysec\`, for every contender.
- Catga runs in Nest applications with default options, JSON on the wire, and the handler in the other process.
- \`@nestjs/microservices\`, BullMQ and Moleculer bring ioredis 5, which is what they are made for; Catga and the bare
  client have the version above. The bare client pipelines what one turn of the event loop asks (\`enableAutoPipelining\`),
  reads up to 500 entries at a time and acknowledges them in one command.
- BullMQ's worker handles 100 jobs at a time, and jobs are removed when they are done.
- What nobody subscribes to is kept in Catga's history of the latest events; a command is kept in its queue.
- Records are asked for without a mediator: the port of the engine beside the bare client.`;
}
