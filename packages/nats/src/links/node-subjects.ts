import type { NodeAddress } from '@catga/core/engine';

/** Node ids and namespaces are labels without dots, so that each is one token of a subject. */
function addressTokens({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId}.${incarnation}`;
}

/** Prefix of all node subjects. */
export function nodesPrefix(namespace: string): string {
  return `${namespace}.node`;
}

/** Subject on which a node receives frames. */
export function nodeSubject(namespace: string, address: NodeAddress): string {
  return `${nodesPrefix(namespace)}.${addressTokens(address)}`;
}

/** Reply subject for "no responders" of an address, which it encodes. */
export function undeliverableSubject(inbox: string, address: NodeAddress): string {
  return `${inbox}.${addressTokens(address)}`;
}

/** Address of a subject: the counterpart of {@link undeliverableSubject} and {@link nodeSubject}. */
export function addressOf(inbox: string, subject: string): NodeAddress | undefined {
  const [nodeId, incarnation] = subject.slice(inbox.length + 1).split('.');
  if (nodeId === undefined || incarnation === undefined) return undefined;
  return { nodeId, incarnation: Number(incarnation) };
}

/** Subject of a node's outcomes. */
export function outcomeSubject(namespace: string, address: NodeAddress): string {
  return `${namespace}.outcomes.${addressTokens(address)}`;
}
