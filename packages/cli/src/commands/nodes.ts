import type { Command } from 'commander';
import type { NodeInfo } from '@catga/core';
import type { NodeDescription, NodeStats } from '@catga/core/admin';
import type { Cli, Work } from '../cli.js';
import { notFound } from '../exit-codes.js';
import { duration } from '../output.js';
import type { Column } from '../output.js';

const COLUMNS: readonly Column<NodeInfo>[] = [
  ['NODE', ({ nodeId }) => nodeId],
  ['SERVICE', ({ service }) => service],
  ['STATUS', ({ status }) => status],
  [
    'HANDLES',
    ({ handles, subscribes, subscribesAsNode }) =>
      new Set([...handles, ...subscribes, ...subscribesAsNode]).size,
  ],
  ['IN FLIGHT', ({ load }) => load.inFlight],
  ['QUEUED', ({ load }) => load.queued],
  ['HANDLED', ({ load }) => load.handled],
  ['UP', ({ incarnation }) => duration(Math.max(0, Date.now() - incarnation))],
  ['ENDPOINT', ({ endpoint }) => endpoint],
];

/** A node with its description. */
interface ShownNode {
  readonly node: NodeInfo;
  /** Absent if the node did not answer; `problem` says why. */
  readonly description?: NodeDescription;
  readonly stats?: NodeStats;
  readonly problem?: string;
}

/** `catga nodes`. */
export function addNodes(program: Command, cli: Cli): void {
  const nodes = program.command('nodes').description('the nodes of the cluster');

  nodes
    .command('ls')
    .description('lists them')
    .option('--watch', 'follows changes')
    .action(({ watch }: { readonly watch?: boolean }, command: Command) =>
      cli.connected(command, (work) => (watch === true ? watchNodes(work) : listNodes(work))),
    );

  nodes
    .command('show <nodeId>')
    .description('shows a node, what it handles, and its statistics')
    .action((nodeId: string, _options: unknown, command: Command) =>
      cli.connected(command, ({ session, output }) =>
        showNode(session, nodeId).then((shown) => output.one(shown, FIELDS)),
      ),
    );
}

async function listNodes({ session, output }: Work): Promise<void> {
  output.rows(byService(session.node.mediator.nodes()), COLUMNS);
}

/** Prints the list after each change; as JSON, the changes. */
async function watchNodes({ session, output }: Work): Promise<void> {
  const { mediator } = session.node;
  const changes = mediator.watchNodes()[Symbol.asyncIterator]();
  const end = (): void => void changes.return?.();
  session.signal.addEventListener('abort', end);
  for (;;) {
    const { done, value } = await changes.next();
    if (done === true || session.signal.aborted) return;
    if (output.format === 'table') output.rows(byService(mediator.nodes()), COLUMNS);
    else output.line(JSON.stringify(value));
  }
}

async function showNode({ node, admin }: Work['session'], nodeId: string): Promise<ShownNode> {
  const found = node.mediator.nodes().find((one) => one.nodeId === nodeId);
  if (found === undefined) throw notFound(`There is no node '${nodeId}'.`);
  const [description, stats] = await Promise.allSettled([admin.describe(nodeId), admin.stats(nodeId)]);
  const problem = [description, stats].find((one) => one.status === 'rejected');
  return {
    node: found,
    ...(description.status === 'fulfilled' && { description: description.value }),
    ...(stats.status === 'fulfilled' && { stats: stats.value }),
    ...(problem && { problem: (problem.reason as Error).message }),
  };
}

const FIELDS: readonly Column<ShownNode>[] = [
  ['node', ({ node }) => node.nodeId],
  ['service', ({ node }) => node.service],
  ['status', ({ node }) => node.status],
  ['engine', ({ description }) => description?.engine],
  [
    'runtime',
    ({ description }) => description && `Node.js ${description.runtime}, process ${description.pid}`,
  ],
  ['endpoint', ({ node }) => node.endpoint],
  ['protocol', ({ node }) => `${node.protocolVersion}, ${node.serializer}`],
  ['up', ({ node }) => duration(Math.max(0, Date.now() - node.incarnation))],
  ['memory', ({ stats }) => stats && `${Math.round(stats.memoryBytes / 1024 / 1024)} MiB`],
  ['in flight', ({ node }) => node.load.inFlight],
  ['handled', ({ node }) => node.load.handled],
  [
    'requests',
    ({ node, description }) => list(description?.requests.map(({ name }) => name) ?? node.handles),
  ],
  [
    'events',
    ({ node, description }) =>
      list(description?.events.map(({ name }) => name) ?? [...node.subscribes, ...node.subscribesAsNode]),
  ],
  ['subscriptions', ({ description }) => list(description?.subscriptions.map(({ id }) => id))],
  ['sends', ({ node }) => list(node.sends)],
  ['publishes', ({ node }) => list(node.publishes)],
  [
    'failures',
    ({ stats }) =>
      stats && list(Object.entries(stats.failures).map(([source, count]) => `${source} ${count}`)),
  ],
  ['problem', ({ problem }) => problem],
];

function list(names: readonly string[] | undefined): string | undefined {
  return names === undefined || names.length === 0 ? undefined : names.join(', ');
}

function byService(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  return [...nodes].sort(
    (one, other) => one.service.localeCompare(other.service) || one.nodeId.localeCompare(other.nodeId),
  );
}
