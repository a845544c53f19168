import type { Command } from 'commander';
import type { DurableSubscription } from '@catga/core';
import type { Cli } from '../cli.js';
import { notFound } from '../exit-codes.js';
import { duration } from '../output.js';
import type { Column } from '../output.js';

const COLUMNS: readonly Column<DurableSubscription>[] = [
  ['SUBSCRIPTION', ({ id }) => id],
  ['STATE', ({ isPaused }) => (isPaused === true ? 'paused' : 'active')],
  ['WAITING', ({ waiting }) => waiting],
  ['DUE', ({ lag }) => lag?.due],
  ['DELAYED', ({ lag }) => lag?.delayed],
  ['HANDLING', ({ lag }) => lag?.handling],
  ['OLDEST', ({ lag }) => duration(lag?.oldestDueMs)],
  ['OWNERS', ({ lanes }) => new Set(lanes?.flatMap(({ owner }) => owner ?? []) ?? []).size],
  ['NAMES', ({ names }) => names.join(', ')],
];

/** `catga subs`: durable subscriptions and queues of commands. */
export function addSubscriptions(program: Command, cli: Cli): void {
  const subs = program.command('subs').description('durable subscriptions and queues of commands');

  subs
    .command('ls')
    .description('lists subscriptions and queues with their backlog')
    .action((_options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const all = await session.node.subscriptions.list();
        output.rows(
          [...all].sort((one, other) => one.id.localeCompare(other.id)),
          COLUMNS,
        );
      }),
    );

  subs
    .command('pause <id>')
    .description('pauses a subscription: no node handles its messages')
    .action((id: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        if (!(await session.node.subscriptions.pause(id))) throw noSubscription(id);
        output.done(`'${id}' is paused.`, { id, isPaused: true });
      }),
    );

  subs
    .command('resume <id>')
    .description('resumes a paused subscription')
    .action((id: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        if (!(await session.node.subscriptions.resume(id)))
          throw notFound(`'${id}' is not paused: see catga subs ls.`);
        output.done(`'${id}' is resumed.`, { id, isPaused: false });
      }),
    );

  subs
    .command('drop <id>')
    .description('deletes a subscription and its backlog')
    .action((id: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const found = (await session.node.subscriptions.list()).find((one) => one.id === id);
        if (found === undefined) throw noSubscription(id);
        await cli.confirm(command, `Drop '${id}' with ${found.waiting} waiting messages?`);
        await session.node.subscriptions.drop(id);
        output.done(`'${id}' is dropped.`, { id, waiting: found.waiting });
      }),
    );
}

function noSubscription(id: string): Error {
  return notFound(`There is no subscription '${id}': see catga subs ls.`);
}
