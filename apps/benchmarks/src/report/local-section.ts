import type { Effort } from '../measure/interleaved.js';
import { COMMAND_BUS, RAW, RAW_COUNTED } from '../local/send.js';
import { describeEnvironment } from './environment.js';
import { formatRatio } from './format.js';
import { cellsOf, headings } from './rows.js';
import { rowOf } from './report.js';
import type { Report } from './report.js';
import { environmentLine, table, targetsTable } from './markdown.js';
import type { Verdict } from './verdict.js';

/** What ran, besides Node.js. */
const MEASURED = [
  '@catga/nestjs',
  '@nestjs/core',
  '@nestjs/cqrs',
  '@nestjs/event-emitter',
  'mediatr-ts',
  'moleculer',
  'uuid',
  'ulid',
];

/** This part of the page. */
export function localSection(report: Report, verdicts: readonly Verdict[], effort: Effort): string {
  const sections = [
    '## In one process',
    'Written by `npm run bench:local`.',
    environmentLine(describeEnvironment(MEASURED)),
    `### Targets\n\n${targetsTable(verdicts)}`,
    costOfStopping(report),
    ...report.results.map(
      (result) =>
        `### ${result.scenario.title}\n\n` +
        `\`--only ${result.scenario.id}\`\n\n` +
        table(
          headings(result),
          result.rows.map((row) => cellsOf(result, row)),
        ),
    ),
    uniqueness(report),
    method(effort),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** Why the targets of `send` are where they are; the figures are this run's. */
function costOfStopping(report: Report): string {
  const counted = rowOf(report, 'send-1', RAW_COUNTED)?.timesFaster;
  const limit = rowOf(report, 'send-1', RAW)?.timesFaster[COMMAND_BUS]?.median;
  const countedToLimit = counted?.[RAW]?.median;
  const countedToBus = counted?.[COMMAND_BUS]?.median;
  if (limit === undefined || countedToLimit === undefined || countedToBus === undefined) return '';
  return [
    '#### What stopping cleanly costs',
    'A node that stops waits for the handlers that still run, so it has to notice the end of each. For an async ' +
      'handler there is one way to notice: a reaction to its promise, which is one more promise, one more turn of the ' +
      'microtask queue, and some 100 bytes. Nothing in the language or in Node.js tells whether a promise is settled ' +
      'without one.',
    'The second row of `send` below is the bare limit with nothing but that added, a counter around `.then()`. It ' +
      `reaches ${formatRatio(countedToLimit)} of the limit and ${formatRatio(countedToBus)} times ` +
      '`CommandBus.execute`, which does not wait for handlers when the application stops. What lies between that row ' +
      'and `send` is the code of `send` itself, and is more with fifty types, whose handlers it calls from one place, ' +
      `than with one. In this run the limit itself is ${formatRatio(limit)} times \`CommandBus.execute\`.`,
  ].join('\n\n');
}

function uniqueness({ uniqueness: found }: Report): string {
  if (found === undefined) return '';
  return (
    `### ids that repeat\n\n\`--only ids-unique\`\n\n${found.ids.toLocaleString('en')} ids made in all three ways, one ` +
    `by one and in batches, each greater than the one before: none repeats. ${found.seconds.toFixed(1)} s, checks included.`
  );
}

function method({ generations, rounds, warmUpMs, roundMs, heapCalls }: Effort): string {
  return `### How it is measured in one process

\`npm run bench:local\` repeats all of it, \`npm run bench:local -- --help\` lists the options. It takes about ten
minutes and wants a machine that does nothing else.

- Every contender runs in a process of its own, because what a process ran before shapes how its code is compiled: in a
  shared one the first contender sees call sites with one target, the last one call sites with many.
- The processes of a scenario run in rounds that take turns, in an order shuffled for each round, while the others
  sleep: ${generations} generations of processes, each warmed up for ${warmUpMs} ms, with ${rounds} rounds of ${roundMs} ms.
- A round in which the process had less than 97 % of a core is measured again, up to three times.
- A target is met or missed when the middle half of the rounds is on one side of it; otherwise the run cannot tell.
- Figures are medians. A spread is half the distance between the quartiles. A ratio is taken round by round, and its
  median is given, so that what drifts in the machine drifts in both; a difference smaller than the spread is none.
- Heap is what \`heapUsed\` grows by in ${heapCalls.toLocaleString('en')} calls after a collection, a call, in another
  process whose new space holds all of it (\`--min-semi-space-size=128\`), so that nothing is collected meanwhile: the
  median of nine. It includes the message and the promise that the caller awaits.
- Calls are made one at a time, each awaited, with a new message each. Message classes, handlers, and the functions
  that make messages have code of their own, as in an application. Handlers are async and return a field of the message.
- The limit is a \`Map\` from classes to async functions, called and awaited. Catga and @nestjs/cqrs run in a Nest
  application with default options and without a log.
- A round of \`publish\` ends when every handler has run.
- Ids are looked up in a set, which hashes them, and read; those in batches are read and hashed as two halves.`;
}
