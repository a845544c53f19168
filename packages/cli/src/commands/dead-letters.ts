import type { Command } from 'commander';
import type {
  CatgaDeadLetters,
  DeadLetter,
  DeadLetterBatchOptions,
  DeadLetterBatchResult,
  DeadLetterFilter,
} from '@catga/core';
import { groupDeadLetters } from '@catga/core/admin';
import type { DeadLetterGroup } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import type { Session } from '../connection/session.js';
import { CliError, EXIT, notFound, wrongUsage } from '../exit-codes.js';
import { duration, time, toJson } from '../output.js';
import type { Column, Output } from '../output.js';
import { jsonObject, timeOf, wholeNumber } from './arguments.js';

interface FilterOptions {
  readonly subscription?: string;
  readonly name?: string;
  readonly errorCode?: string;
  readonly messageId?: string;
  readonly since?: Date;
  readonly until?: Date;
}

const LETTERS: readonly Column<DeadLetter>[] = [
  ['ID', ({ id }) => id],
  ['FAILED', ({ failedAt }) => time(failedAt)],
  ['SUBSCRIPTION', ({ subscription }) => subscription],
  ['NAME', ({ name }) => name],
  ['ATTEMPTS', ({ attempts }) => attempts],
  ['ERROR', ({ error }) => errorOf(error)],
];

const FIELDS: readonly Column<DeadLetter>[] = [
  ['id', ({ id }) => id],
  ['name', ({ name, kind }) => `${name} (${kind})`],
  ['message id', ({ messageId }) => messageId],
  ['subscription', ({ subscription }) => subscription],
  ['failed', ({ failedAt, nodeId }) => `${time(failedAt)} on ${nodeId}`],
  ['attempts', ({ attempts }) => attempts],
  ['error', ({ error }) => errorOf(error)],
  ['redriven before', ({ history }) => history.length],
  ['key', ({ key, holdsKey }) => (holdsKey === true ? `${key} (held: its next messages wait)` : key)],
  ['correlation', ({ correlationId }) => correlationId],
  ['sent', ({ sentAt, originNodeId }) => `${time(sentAt)} by ${originNodeId}`],
  ['headers', ({ headers }) => toJson(headers)],
  [
    'message',
    ({ message, body }) =>
      message === undefined ? `${body.byteLength} bytes that cannot be decoded` : toJson(message),
  ],
];

const GROUPS: readonly Column<DeadLetterGroup>[] = [
  ['COUNT', ({ count }) => count],
  ['SUBSCRIPTION', ({ subscription }) => subscription],
  ['NAME', ({ name }) => name],
  ['ERROR', ({ error }) => errorOf(error)],
  ['OLDEST', ({ oldestFailedAt }) => duration(Date.now() - oldestFailedAt.getTime())],
];

/** `catga dlq`: dead letters. */
export function addDeadLetters(program: Command, cli: Cli): void {
  const dlq = program.command('dlq').description('dead letters: messages whose attempts are exhausted');

  withFilter(dlq.command('ls').description('lists dead letters, the oldest first'))
    .option('--limit <count>', 'how many', wholeNumber(1, 1000), 100)
    .option('--after <cursor>', 'cursor: `next` of the previous page')
    .action(
      (options: FilterOptions & { readonly limit: number; readonly after?: string }, command: Command) =>
        cli.connected(command, async ({ session, output }) => {
          const { limit, after } = options;
          const page = await session.node.deadLetters.list(filterOf(options), {
            limit,
            ...(after && { after }),
          });
          output.rows(page.items, LETTERS);
          if (page.next !== undefined) output.note(`There are more: --after ${page.next}`);
        }),
    );

  withFilter(dlq.command('groups').description('counts dead letters by subscription and error')).action(
    (options: FilterOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { deadLetters } = session.node;
        const { groups } = await groupDeadLetters(deadLetters, filterOf(options), { signal: session.signal });
        output.rows(groups, GROUPS);
      }),
  );

  dlq
    .command('show <id>')
    .description('shows a dead letter with its message and history')
    .action((id: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        output.one(await letterOf(session.node.deadLetters, id), FIELDS);
      }),
    );

  dlq
    .command('edit <id> <json>')
    .description('redrives a dead letter with other content, as a new message')
    .action((id: string, json: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const content = jsonObject(json);
        session.requireSerializer();
        const messageId = await session.node.deadLetters.redriveAs(id, content);
        output.done(`'${id}' is redriven as message ${messageId}.`, { id, messageId });
      }),
    );

  withFilter(
    dlq
      .command('redrive [id]')
      .description('sends one, those that match a filter, or --all back to their handlers'),
  )
    .option('--all', 'without a filter')
    .action((id: string | undefined, options: BatchOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { deadLetters } = session.node;
        if (id !== undefined) {
          await deadLetters.redrive(id);
          return output.done(`'${id}' is redriven.`, { id });
        }
        const filter = batchFilter(options);
        await cli.confirm(command, 'Redrive all dead letters that match?');
        const redrive = (options: DeadLetterBatchOptions) => deadLetters.redrive(filter, options);
        report(cli, output, await watched(output, session, 'redriven', redrive), 'redriven');
      }),
    );

  withFilter(dlq.command('drop [id]').description('deletes one, those that match a filter, or --all'))
    .option('--all', 'without a filter')
    .action((id: string | undefined, options: BatchOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { deadLetters } = session.node;
        if (id !== undefined) {
          await letterOf(deadLetters, id);
          await cli.confirm(command, `Drop the dead letter '${id}'?`);
          await deadLetters.drop(id);
          return output.done(`'${id}' is dropped.`, { id });
        }
        const filter = batchFilter(options);
        await cli.confirm(command, 'Drop all dead letters that match?');
        const drop = (options: DeadLetterBatchOptions) => deadLetters.drop(filter, options);
        report(cli, output, await watched(output, session, 'dropped', drop), 'dropped');
      }),
    );
}

type BatchOptions = FilterOptions & { readonly all?: boolean };

function withFilter(command: Command): Command {
  return command
    .option('--subscription <id>', 'only this subscription')
    .option('--name <name>', 'only messages with this wire name')
    .option('--error-code <code>', 'only this error code')
    .option('--message-id <id>', 'only this message id')
    .option('--since <time>', 'failed since this time: 2026-01-31T12:00Z', timeOf)
    .option('--until <time>', 'failed before this time', timeOf);
}

function filterOf(options: FilterOptions): DeadLetterFilter {
  const { subscription, name, errorCode, messageId, since, until } = options;
  return {
    ...(subscription !== undefined && { subscription }),
    ...(name !== undefined && { name }),
    ...(errorCode !== undefined && { errorCode }),
    ...(messageId !== undefined && { messageId }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** Filter of a batch. An empty one is refused without `--all`. */
function batchFilter(options: BatchOptions): DeadLetterFilter {
  const filter = filterOf(options);
  if (Object.keys(filter).length === 0 && options.all !== true)
    throw wrongUsage('No dead letters selected: pass an id, a filter, or --all.');
  return filter;
}

async function letterOf(deadLetters: CatgaDeadLetters, id: string): Promise<DeadLetter> {
  const letter = await deadLetters.get(id);
  if (letter === undefined) throw notFound(`There is no dead letter '${id}'.`);
  return letter;
}

/** Runs a batch with a progress count, until it is interrupted. */
function watched(
  output: Output,
  { signal }: Session,
  what: string,
  act: (options: DeadLetterBatchOptions) => Promise<DeadLetterBatchResult>,
): Promise<DeadLetterBatchResult> {
  return output.during((tell) =>
    act({
      onProgress({ done, failed, total }) {
        const soFar = `${done - failed} of ${total} ${what}, ${failed} failed`;
        if (signal.aborted) throw new CliError(EXIT.failed, `Interrupted: ${soFar}.`);
        tell(`${soFar} …`);
      },
    }),
  );
}

function report(cli: Cli, output: Output, result: DeadLetterBatchResult, what: string): void {
  const { succeeded, failed, failures } = result;
  output.done(`${succeeded} ${what}, ${failed} failed.`, result);
  if (output.format === 'table')
    for (const { id, error } of failures) output.note(`${id}: ${errorOf(error)}`);
  if (failed > 0) cli.exitCode = EXIT.failed;
}

function errorOf({ name, code, message }: DeadLetter['error']): string {
  return `${code ?? name}: ${message}`;
}
