import { Option } from 'commander';
import type { Command } from 'commander';
import { topologyOf } from '@catga/core/admin';
import type { TopologyEdge } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import { toMermaid } from '../topology.js';
import type { Column } from '../output.js';

const EDGES: readonly Column<TopologyEdge>[] = [
  ['FROM', ({ from }) => from],
  ['TO', ({ to }) => to],
  ['KIND', ({ kind }) => kind],
  ['NAME', ({ name }) => name],
];

/** `catga topology`: shows which service sends what to which. */
export function addTopology(program: Command, cli: Cli): void {
  program
    .command('topology')
    .description('shows which service sends and publishes what to which, as observed so far')
    .addOption(new Option('--format <format>', 'as').choices(['table', 'json', 'mermaid']).default('table'))
    .action(({ format }: { readonly format: 'table' | 'json' | 'mermaid' }, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        const { mediator, subscriptions } = session.node;
        const topology = topologyOf(mediator.nodes(), await subscriptions.list());
        if (format === 'mermaid') output.line(toMermaid(topology));
        else if (format === 'json' || output.format !== 'table') output.json(topology);
        else output.rows(topology.edges, EDGES);
      }),
    );
}
