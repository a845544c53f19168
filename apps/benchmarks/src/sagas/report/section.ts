import { TIMES_AS_LONG } from '../scenarios/steps.js';
import type { Effort } from '../../processes/load/contender.js';
import type { Result } from '../../processes/report/finding.js';
import { sectionOf } from '../../processes/report/section.js';

/** What runs beside Catga, and what it runs on. */
const MEASURED = ['@catga/nestjs', '@catga/sagas', '@catga/nats', '@catga/redis', 'bullmq', 'ioredis'];

/** This part of the page. */
export function section(results: readonly Result[], version: string, effort: Effort): string {
  return sectionOf(results, {
    heading: 'Sagas, on NATS and on Redis',
    introduction:
      'Written by `npm run bench:sagas`: one nats-server, one redis-server, and for each contender a process that starts sagas and ' +
      'one that runs them, all on one machine. Its cores are shared by all, so absolute figures say little about yours; ratios are within one run.',
    packages: MEASURED,
    server: ['servers', version],
    method: method(effort),
  });
}

function method({ generations, rounds, warmUpMs, roundMs }: Effort): string {
  return `### How sagas are measured

\`npm run bench:sagas\` repeats all of it, \`npm run bench:sagas -- --help\` lists the options. It wants a machine that
does nothing else.

- Processes, rounds, figures and ratios are as over NATS: ${generations} generations of processes, each warmed up for
  ${TIMES_AS_LONG * warmUpMs} ms, with ${rounds} rounds of ${TIMES_AS_LONG * roundMs} ms that take turns.
- A saga of Catga starts by a reliable event, sends a command, sends a second one when it gets the result of the first, publishes a
  reliable event when it gets that of the second, and completes. Its state is stored three times. The saga and both handlers are in one Nest
  application with default options, JSON; who starts it has a handler of the last event.
- A flow of BullMQ is a parent job with one child, in two queues with a worker each that handles 100 jobs at a time; jobs are
  removed when they are done; who adds it hears of its end by \`QueueEvents\`. It knows its steps from the beginning: it has no state that
  decides, no timeout and no compensation.
- redis-server keeps a log with \`appendonly yes\` and \`appendfsync everysec\`; nats-server stores files, as it does by default.
- The server's CPU is that of both servers, of which one rests.
- Messages of a step: what the server has counted as received (on NATS \`in_msgs\`, acknowledgements and requests for more included; on
  Redis the scripts and reads of clients) during rounds of sagas with two and with six commands, less what it receives when nothing happens; the
  difference, divided by four.`;
}
