import Table from 'cli-table3';
import type { NodeInfo } from '@catga/nestjs';
import { WORKERS } from '../cluster.js';
import type { WorkerId } from '../cluster.js';
import type { Tally } from '../tally.js';
import type { Verdict } from '../verdict.js';

/** What the terminal shows at a moment. */
export interface Picture {
  readonly title: string;
  readonly nodes: readonly NodeInfo[];
  readonly isRunning: (nodeId: WorkerId) => boolean;
  readonly selected: WorkerId;
  readonly tally: Tally;
  readonly verdict: Verdict;
  readonly event: string;
}

const HELP = '1 2 3 choose a node   k kill it (SIGKILL)   s start it   r rolling restart   q quit';

/** The picture as text. */
export function toText({ title, tally, verdict, event, ...nodes }: Picture): string {
  const { sent, succeeded, failed, retried, unanswered } = tally;
  const counts = new Table({ style: { head: [] } });
  counts.push(
    ['sent', 'waiting', 'succeeded', 'failed', 'retried', 'ran twice', 'against the record'],
    [sent, unanswered, succeeded, failed, retried, verdict.ranTwice, verdict.ranTwiceAgainstRecord],
  );
  return [title, nodeTable(nodes), counts.toString(), event, HELP].join('\n');
}

function nodeTable({
  nodes,
  isRunning,
  selected,
}: Pick<Picture, 'nodes' | 'isRunning' | 'selected'>): string {
  const table = new Table({
    head: ['', 'node', 'service', 'status', 'in flight', 'handled'],
    style: { head: [] },
    colWidths: [5, 14, 12, 12, 12, 12],
  });
  const gateway = nodes.find(({ nodeId }) => nodeId === 'gateway');
  table.push(['', 'gateway', ...cellsOf(gateway, true)]);
  for (const [index, nodeId] of WORKERS.entries()) {
    const node = nodes.find((seen) => seen.nodeId === nodeId);
    const mark = `${nodeId === selected ? '>' : ' '}${index + 1}`;
    table.push([mark, nodeId, ...cellsOf(node, isRunning(nodeId))]);
  }
  return table.toString();
}

/** A killed node is on the list until its heartbeats are missed. */
function cellsOf(node: NodeInfo | undefined, isRunning: boolean): (string | number)[] {
  if (node === undefined) return ['', isRunning ? 'starting' : 'gone', '', ''];
  const { service, load, status } = node;
  return [service, isRunning ? status : 'killed', load.inFlight, load.handled];
}
