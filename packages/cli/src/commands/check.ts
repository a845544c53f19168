import { Option } from 'commander';
import type { Command } from 'commander';
import type { NodeInfo } from '@catga/core';
import type { Cli } from '../cli.js';
import type { Session } from '../connection/session.js';
import { wholeNumber } from './arguments.js';
import { measured, writeCheck } from './check-report.js';
import type { CheckFormat, Measured, Thresholds } from './check-report.js';

const MOST = Number.MAX_SAFE_INTEGER;

interface CheckOptions {
  readonly format: CheckFormat;
  readonly warn: number;
  readonly crit: number;
}

/** `catga check`: checks for monitoring, with the exit codes of Nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
export function addCheck(program: Command, cli: Cli): void {
  const check = program
    .command('check')
    .description('checks for monitoring, with exit codes 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN');

  thresholds(check.command('lag').description('due events and commands, by subscription'), 1000, 10_000)
    .option('--subscription <id>', 'only this subscription')
    .action(
      ({ subscription, ...options }: CheckOptions & { readonly subscription?: string }, command: Command) =>
        run(cli, command, options, 'lag', async ({ node }) => {
          const all = await node.subscriptions.list();
          const wanted = all.filter(({ id }) => id === (subscription ?? id));
          if (subscription !== undefined && wanted.length === 0)
            throw new Error(`There is no subscription '${subscription}'.`);
          return wanted.map(({ id, lag, waiting }) =>
            measured('catga_subscription_due', { subscription: id }, lag?.due ?? waiting, above(options)),
          );
        }),
    );

  format(check.command('nodes').description('nodes that are alive, by service'))
    .option('--service <name>', 'only this service')
    .option('--warn <count>', 'warns below', wholeNumber(0, MOST), 1)
    .option('--crit <count>', 'critical below', wholeNumber(0, MOST), 1)
    .action(({ service, ...options }: CheckOptions & { readonly service?: string }, command: Command) =>
      run(cli, command, options, 'nodes', ({ node }) =>
        Promise.resolve(aliveNodes(node.mediator.nodes(), service, options)),
      ),
    );

  thresholds(check.command('dlq').description('dead letters, by subscription'), 1, 100).action(
    (options: CheckOptions, command: Command) =>
      run(cli, command, options, 'dlq', async ({ node }) => {
        const { bySubscription, total } = await node.deadLetters.count({}, { most: Infinity });
        const found = total === 0 ? [['all', 0] as const] : Object.entries(bySubscription);
        return found.map(([subscription, count]) =>
          measured('catga_dead_letters', { subscription }, count, above(options)),
        );
      }),
  );
}

function format(command: Command): Command {
  return command.addOption(
    new Option('--format <format>', 'format of the report')
      .choices(['nagios', 'prometheus', 'json'])
      .default('nagios'),
  );
}

function thresholds(command: Command, warn: number, crit: number): Command {
  return format(command)
    .option('--warn <count>', 'warns from', wholeNumber(0, MOST), warn)
    .option('--crit <count>', 'critical from', wholeNumber(0, MOST), crit);
}

function above({ warn, crit }: CheckOptions): Thresholds {
  return { warn, crit, isFloor: false };
}

function aliveNodes(
  nodes: readonly NodeInfo[],
  wanted: string | undefined,
  { warn, crit }: CheckOptions,
): readonly Measured[] {
  const counts = new Map<string, number>(wanted === undefined ? [] : [[wanted, 0]]);
  for (const { service, status } of nodes) {
    if (service !== (wanted ?? service)) continue;
    counts.set(service, (counts.get(service) ?? 0) + (status === 'alive' ? 1 : 0));
  }
  const found = counts.size === 0 ? [['all', 0] as const] : [...counts];
  return found.map(([service, count]) =>
    measured('catga_nodes', { service }, count, { warn, crit, isFloor: true }),
  );
}

/** Reports any failure as UNKNOWN, so that it is not mistaken for a state of the cluster. */
async function run(
  cli: Cli,
  command: Command,
  { format: reportFormat }: CheckOptions,
  what: string,
  measure: (session: Session) => Promise<readonly Measured[]>,
): Promise<void> {
  const output = cli.outputOf(command);
  let results: readonly Measured[] | Error;
  try {
    const session = await cli.open(command);
    try {
      results = await measure(session);
    } finally {
      await session.close();
    }
  } catch (thrown) {
    results = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  cli.exitCode = writeCheck(output, reportFormat, what, results);
}
