import type { Command } from 'commander';
import type { ProjectionAction, ProjectionChoice, ProjectionSummary } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import { CliError, EXIT } from '../exit-codes.js';
import { duration, time } from '../output.js';
import type { Column } from '../output.js';
import { wholeNumber } from './arguments.js';

/** Maximum number of events that nodes count. */
const MOST_COUNTED = 1000;

const BUILD: readonly Column<ProjectionSummary>[] = [
  ['VERSION', ({ version }) => version],
  ['BUILD', ({ build }) => build],
  ['ROLE', ({ role }) => role],
  ['STATUS', ({ status }) => status],
  ['BEHIND', ({ eventsBehind }) => (eventsBehind < MOST_COUNTED ? eventsBehind : `${MOST_COUNTED}+`)],
  ['OLDEST', ({ eventsBehind, behindMs }) => (eventsBehind === 0 ? undefined : duration(behindMs))],
  ['POSITION', ({ checkpoint }) => checkpoint],
  ['CHANGED', ({ changedAtMs }) => time(changedAtMs)],
];

const COLUMNS: readonly Column<ProjectionSummary>[] = [
  ['PROJECTION', ({ projection }) => projection],
  ['SERVICE', ({ service }) => service],
  ...BUILD,
  ['PROBLEM', ({ problem }) => problem],
];

/** A projection with its builds. */
interface Shown {
  readonly projection: string;
  readonly service: string;
  readonly builds: readonly ProjectionSummary[];
}

const FIELDS: readonly Column<Shown>[] = [
  ['projection', ({ projection }) => projection],
  ['service', ({ service }) => service],
  ['problem', ({ builds }) => builds.find(({ problem }) => problem !== undefined)?.problem],
];

/** Texts of an action: description, success, and refusal because of the status. */
const ACTIONS: Readonly<
  Record<ProjectionAction, { readonly does: string; readonly done: string; readonly refused: string }>
> = {
  pause: {
    does: 'pauses a projection until it is resumed',
    done: 'is paused',
    refused: 'is not running',
  },
  resume: {
    does: 'resumes a projection where it was paused or has stopped',
    done: 'is resumed',
    refused: 'is neither paused nor stopped',
  },
  rebuild: {
    does: 'rebuilds a projection from the first event, beside the live build; asks',
    done: 'is being rebuilt',
    refused: 'is not rebuilt',
  },
};

/** `catga projections`: projections of the present nodes. */
export function addProjections(program: Command, cli: Cli): void {
  const projections = program.command('projections').description('projections of the present nodes');

  projections
    .command('ls')
    .alias('list')
    .description('lists the builds of projections, with their progress')
    .action((_options: unknown, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { items, unanswered } = await session.projections.list();
        output.rows(items, COLUMNS);
        for (const { nodeId, problem } of unanswered) output.note(`No answer from '${nodeId}': ${problem}`);
      }),
    );

  projections
    .command('show <projection>')
    .alias('get')
    .description('shows a projection with its builds, and why it stopped')
    .option('--service <name>', 'only this service, if several have a projection of the name')
    .action((projection: string, options: { readonly service?: string }, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const builds = await session.projections.read(projection, options.service);
        const service = builds[0]?.service ?? '';
        output.one<Shown>({ projection, service, builds }, FIELDS);
        if (output.format === 'table') output.rows(builds, BUILD);
      }),
    );

  for (const action of ['pause', 'resume', 'rebuild'] as const)
    projections
      .command(`${action} <projection>`)
      .description(ACTIONS[action].does)
      .option('--service <name>', 'only this service, if several have a projection of the name')
      .option(
        '--of-version <number>',
        'version of the projection (default: the highest)',
        wholeNumber(1, 1e9),
      )
      .action((projection: string, options: Options, command: Command) =>
        steer(cli, command, action, projection, options),
      );
}

interface Options {
  readonly service?: string;
  readonly ofVersion?: number;
}

function steer(
  cli: Cli,
  command: Command,
  action: ProjectionAction,
  projection: string,
  { service, ofVersion: version }: Options,
): Promise<void> {
  const choice: ProjectionChoice = {
    ...(service !== undefined && { service }),
    ...(version !== undefined && { version }),
  };
  return cli.connected(command, async ({ session, output }) => {
    const { done, refused } = ACTIONS[action];
    if (action === 'rebuild') await cli.confirm(command, `Rebuild '${projection}'?`);
    if (!(await session.projections.steer(projection, action, choice)))
      throw new CliError(EXIT.failed, `'${projection}' ${refused}.`);
    output.done(`'${projection}' ${done}.`, { projection, action, ...choice });
  });
}
