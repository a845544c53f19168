import type { Command } from 'commander';
import type { ScheduleSummary } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import { time } from '../output.js';
import type { Column } from '../output.js';
import { wholeNumber } from './arguments.js';

const COLUMNS: readonly Column<ScheduleSummary>[] = [
  ['SCHEDULE', ({ name }) => name],
  ['COMMAND', ({ command }) => command],
  ['CRON', ({ cron, timeZone }) => `${cron} (${timeZone})`],
  ['LAST', ({ lastTickMs }) => lastTickMs && time(lastTickMs)],
  ['NEXT', ({ nextMs }) => nextMs.map(time).join(', ') || undefined],
];

/** `catga schedules`: schedules of the present nodes. */
export function addSchedules(program: Command, cli: Cli): void {
  program
    .command('schedules')
    .description('schedules of commands')
    .command('ls')
    .alias('list')
    .description('lists schedules with their next runs')
    .option('--runs <count>', 'number of next runs of each', wholeNumber(1, 100), 3)
    .action(({ runs }: { readonly runs: number }, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { items, unanswered } = await session.sagas.schedules(runs);
        output.rows(items, COLUMNS);
        for (const { nodeId, problem } of unanswered) output.note(`No answer from '${nodeId}': ${problem}`);
      }),
    );
}
