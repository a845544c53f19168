import type { Command } from 'commander';
import type { CatgaQueue, QueuedCommand, QueuedCommandRef } from '@catga/core';
import type { Cli } from '../cli.js';
import { CliError, EXIT, notFound, wrongUsage } from '../exit-codes.js';
import { duration, time } from '../output.js';
import type { Column } from '../output.js';
import { timeOf, wholeNumber } from './arguments.js';

const COLUMNS: readonly Column<QueuedCommand>[] = [
  ['NAME', ({ name }) => name],
  ['ID', ({ messageId }) => messageId],
  ['KEY', ({ key }) => key],
  ['STATE', ({ state }) => state],
  ['QUEUED', ({ enqueuedAt }) => time(enqueuedAt)],
  ['DUE IN', ({ dueAt }) => duration(dueAt && Math.max(0, dueAt.getTime() - Date.now()))],
];

/** 366 days. */
const LONGEST_DELAY_MS = 31_622_400_000;
/** Page size when a command is searched by its id alone. */
const PAGE = 1000;

interface NameOption {
  readonly name?: string;
}

/** `catga queue`: pending queued commands. */
export function addQueue(program: Command, cli: Cli): void {
  const queue = program.command('queue').description('pending queued commands');

  queue
    .command('ls')
    .description('lists queued commands: running, waiting and delayed')
    .option('--name <name>', 'only commands with this wire name')
    .option('--limit <count>', 'how many', wholeNumber(1, 1000), 100)
    .option('--after <cursor>', 'cursor: `next` of the previous page')
    .action((options: NameOption & { readonly limit: number; readonly after?: string }, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { name, limit, after } = options;
        const filter = name === undefined ? {} : { name };
        const page = await session.node.queue.list(filter, { limit, ...(after && { after }) });
        output.rows(page.items, COLUMNS);
        if (page.next !== undefined) output.note(`There are more: --after ${page.next}`);
      }),
    );

  queue
    .command('cancel <id>')
    .description('cancels a command that has not been taken by a handler')
    .option('--name <name>', 'wire name of the command (default: search all)')
    .action((id: string, { name }: NameOption, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const queued = await refOf(session.node.queue, id, name);
        await cli.confirm(command, `Cancel '${id}' (${queued.name})?`);
        const state = await session.node.queue.cancel(queued);
        if (state !== 'cancelled') throw notTaken(queued, state);
        output.done(`'${id}' (${queued.name}) is cancelled.`, { ...queued, state });
      }),
    );

  queue
    .command('reschedule <id>')
    .description('reschedules a command that has not been taken by a handler')
    .option('--name <name>', 'wire name of the command (default: search all)')
    .option('--in <ms>', 'delay from now, in milliseconds', wholeNumber(0, LONGEST_DELAY_MS))
    .option('--at <time>', 'at a time: 2026-01-31T12:00Z', timeOf)
    .action(
      (id: string, options: NameOption & { readonly in?: number; readonly at?: Date }, command: Command) =>
        cli.connected(command, async ({ session, output }) => {
          const { name, in: delayMs, at: dueAt } = options;
          if ((delayMs === undefined) === (dueAt === undefined))
            throw wrongUsage('Pass either --in or --at.');
          const queued = await refOf(session.node.queue, id, name);
          const when = dueAt === undefined ? { delayMs: delayMs ?? 0 } : { dueAt };
          const state = await session.node.queue.reschedule(queued, when);
          if (state !== 'rescheduled') throw notTaken(queued, state);
          output.done(`'${id}' (${queued.name}) is rescheduled.`, { ...queued, state });
        }),
    );
}

/** Finds a queued command by its id, and its name if given. */
async function refOf(
  queue: CatgaQueue,
  messageId: string,
  name: string | undefined,
): Promise<QueuedCommandRef> {
  if (name !== undefined) return { name, messageId };
  const names = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await queue.list({}, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const one of page.items) if (one.messageId === messageId) names.add(one.name);
    after = page.next;
    if (after === undefined) break;
  }
  const [found, ...others] = names;
  if (found === undefined)
    throw notFound(`No command with the id '${messageId}' is queued: see catga queue ls.`);
  if (others.length > 0)
    throw wrongUsage(`Several commands have the id '${messageId}': pass --name ${[...names].join(' or ')}.`);
  return { name: found, messageId };
}

function notTaken({ name, messageId }: QueuedCommandRef, state: 'running' | 'ended'): CliError {
  const why = state === 'running' ? 'is already running' : 'has already ended';
  return new CliError(EXIT.failed, `'${messageId}' (${name}) ${why}.`);
}
