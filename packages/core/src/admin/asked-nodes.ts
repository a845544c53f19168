import type { NodeInfo } from '../contracts/node-info.js';
import { CatgaError, toError } from '../errors/catga-error.js';

/** A node that did not answer. */
export interface UnansweredNode {
  readonly nodeId: string;
  readonly problem: string;
}

/** Nodes in the order of querying: those that are alive first. */
export function aliveFirst(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const isSuspected = ({ status }: NodeInfo): number => Number(status !== 'alive');
  return nodes.toSorted((one, other) => isSuspected(one) - isSuspected(other));
}

/** Whether an error proves that the queried node did nothing. */
export function isNotTaken(thrown: unknown): thrown is CatgaError {
  return (
    thrown instanceof CatgaError &&
    (thrown.code === 'CATGA_NODE_NOT_FOUND' || thrown.code === 'CATGA_NO_HANDLER')
  );
}

/** Queries one node of each service concurrently, and omits services that do not support the query. */
export async function askServices<R>(
  nodes: readonly NodeInfo[],
  ask: (nodeId: string) => Promise<readonly R[]>,
): Promise<{ readonly items: R[]; readonly unanswered: readonly UnansweredNode[] }> {
  const services = new Map<string, NodeInfo>();
  for (const node of aliveFirst(nodes)) if (!services.has(node.service)) services.set(node.service, node);
  const items: R[] = [];
  const unanswered: UnansweredNode[] = [];
  await Promise.all(
    Array.from(services.values(), async ({ nodeId }) => {
      try {
        items.push(...(await ask(nodeId)));
      } catch (thrown) {
        if (!isNotTaken(thrown)) unanswered.push({ nodeId, problem: toError(thrown).message });
      }
    }),
  );
  return { items, unanswered };
}
