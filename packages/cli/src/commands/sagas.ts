import { Option } from 'commander';
import type { Command } from 'commander';
import type { SagaAction, SagaDetails, SagaStatusName, SagaSummary } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import { CliError, EXIT } from '../exit-codes.js';
import { duration, time, toJson } from '../output.js';
import type { Column } from '../output.js';
import { timeOf, wholeNumber } from './arguments.js';

const STATUSES: readonly SagaStatusName[] = ['running', 'compensating', 'stuck', 'completed', 'compensated'];

const COLUMNS: readonly Column<SagaSummary>[] = [
  ['SAGA', ({ saga }) => saga],
  ['ID', ({ id }) => id],
  ['STATUS', ({ status }) => status],
  ['STEPS', ({ revision }) => revision],
  ['AGE', ({ startedAtMs }) => duration(Date.now() - startedAtMs)],
  ['CHANGED', ({ changedAtMs }) => time(changedAtMs)],
  ['WHY', ({ problem, reason }) => problem ?? reason],
];

const FIELDS: readonly Column<SagaDetails>[] = [
  ['saga', ({ saga }) => saga],
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['reason', ({ reason }) => reason],
  ['problem', ({ problem }) => problem],
  ['started', ({ startedAtMs }) => time(startedAtMs)],
  ['changed', ({ changedAtMs }) => time(changedAtMs)],
  ['waits for', ({ waitsFor }) => listed(waitsFor)],
  ['to undo', ({ undo }) => listed(undo)],
  ['state', ({ state, version }) => `${toJson(state)} (version ${version})`],
];

const STEPS: readonly Column<SagaDetails['history'][number]>[] = [
  ['AT', ({ atMs }) => time(atMs)],
  ['INPUT', ({ input }) => input],
  ['SENT', ({ sent }) => listed(sent)],
  ['STATUS', ({ status }) => status],
];

interface ListOptions {
  readonly saga?: string;
  readonly status?: SagaStatusName;
  readonly startedBefore?: Date;
  readonly changedBefore?: Date;
  readonly limit: number;
  readonly after?: string;
}

/** Texts of an action: success, and refusal because of the status. */
const ACTIONS: Readonly<Record<SagaAction, { readonly refused: string; readonly done: string }>> = {
  retry: { refused: 'is not stuck', done: 'is retried' },
  compensate: { refused: 'is not running', done: 'is being compensated' },
  complete: { refused: 'has ended', done: 'is completed' },
};

/** `catga sagas`: sagas of the present nodes. */
export function addSagas(program: Command, cli: Cli): void {
  const sagas = program.command('sagas').description('sagas of the present nodes');

  sagas
    .command('ls')
    .alias('list')
    .description('lists sagas, unordered')
    .option('--saga <name>', 'only sagas with this name')
    .addOption(new Option('--status <status>', 'only sagas with this status').choices(STATUSES))
    .option('--started-before <time>', 'started before this time: 2026-01-31T12:00Z', timeOf)
    .option('--changed-before <time>', 'last step before this time', timeOf)
    .option('--limit <count>', 'approximate number per page', wholeNumber(1, 1000), 100)
    .option('--after <cursor>', 'cursor: `next` of the previous page')
    .action((options: ListOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { limit } = options;
        let page = await session.sagas.list(queryOf(options), {
          limit,
          ...(options.after && { after: options.after }),
        });
        // A page may be empty if few of many match.
        while (page.items.length === 0 && page.next !== undefined && !session.signal.aborted)
          page = await session.sagas.list(queryOf(options), { limit, after: page.next });
        output.rows(page.items, COLUMNS);
        for (const problem of page.unreadable) output.note(problem);
        if (page.next !== undefined) output.note(`There are more: --after ${page.next}`);
      }),
    );

  sagas
    .command('show <saga> <id>')
    .alias('get')
    .description('shows a saga with its state and steps')
    .action((saga: string, id: string, _options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const found = await session.sagas.read(saga, id);
        output.one(found, FIELDS);
        if (output.format === 'table') output.rows(found.history, STEPS);
      }),
    );

  sagas
    .command('retry <saga> <id>')
    .description('sends the failed compensating command of a stuck saga again')
    .action((saga: string, id: string, _options: unknown, command: Command) =>
      steer(cli, command, { saga, id, action: 'retry' }),
    );

  for (const [action, description] of [
    ['compensate', 'compensates a running saga'],
    ['complete', 'completes a saga; drops pending outcomes and compensations'],
  ] as const)
    sagas
      .command(`${action} <saga> <id>`)
      .description(description)
      .option('--reason <text>', 'why')
      .action((saga: string, id: string, { reason }: { readonly reason?: string }, command: Command) =>
        steer(cli, command, { saga, id, action, ...(reason !== undefined && { reason }) }),
      );
}

interface Steering {
  readonly saga: string;
  readonly id: string;
  readonly action: SagaAction;
  readonly reason?: string;
}

function steer(cli: Cli, command: Command, steering: Steering): Promise<void> {
  const { saga, id, action, reason } = steering;
  return cli.connected(command, async ({ session, output }) => {
    const { refused, done } = ACTIONS[action];
    if (action !== 'retry')
      await cli.confirm(command, `${action === 'complete' ? 'Complete' : 'Compensate'} ${saga} '${id}'?`);
    if (!(await session.sagas.steer(saga, id, action, reason)))
      throw new CliError(EXIT.failed, `${saga} '${id}' ${refused}.`);
    output.done(`${saga} '${id}' ${done}.`, steering);
  });
}

function queryOf({ saga, status, startedBefore, changedBefore }: ListOptions) {
  return {
    ...(saga !== undefined && { saga }),
    ...(status !== undefined && { status }),
    ...(startedBefore !== undefined && { startedBeforeMs: startedBefore.getTime() }),
    ...(changedBefore !== undefined && { changedBeforeMs: changedBefore.getTime() }),
  };
}

function listed(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ');
}
