import type { NodeAddress } from '@catga/core/engine';

/** Node ids and namespaces are labels without dots, so that each is one token of a subject. */
function addressTokens({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId}.${incarnation}`;
}

/** What the subjects of all nodes begin with. */
export function nodesPrefix(namespace: string): string {
  return `${namespace}.node`;
}

/** Where a node listens for frames. */
export function nodeSubject(namespace: string, address: NodeAddress): string {
  return `${nodesPrefix(namespace)}.${addressTokens(address)}`;
}

/** Where the server says that nobody listens at an address: it is told by the subject alone which one it was. */
export function undeliverableSubject(inbox: string, address: NodeAddress): string {
  return `${inbox}.${addressTokens(address)}`;
}

/** Which node a subject is of: the counterpart of {@link undeliverableSubject}, and of {@link nodeSubject}. */
export function addressOf(inbox: string, subject: string): NodeAddress | undefined {
  const [nodeId, incarnation] = subject.slice(inbox.length + 1).split('.');
  if (nodeId === undefined || incarnation === undefined) return undefined;
  return { nodeId, incarnation: Number(incarnation) };
}

/** Where a node's outcomes are kept. */
export function outcomeSubject(namespace: string, address: NodeAddress): string {
  return `${namespace}.outcomes.${addressTokens(address)}`;
}
