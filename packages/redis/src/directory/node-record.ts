import type { NodeInfo } from '@catga/core';
import { z } from 'zod';

/** A node as its record says it is, and for how long the record stands without another one. */
export interface NodeRecord {
  readonly node: NodeInfo;
  readonly timeoutMs: number;
}

/** What is told of a node on the channel of changes. */
export type StoredNodeChange = NodeRecord | { readonly goodbyeOf: string; readonly incarnation: number };

const names = z.array(z.string());
const recordSchema = z.object({
  timeoutMs: z.number().positive(),
  node: z.object({
    nodeId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    service: z.string(),
    endpoint: z.string().optional(),
    incarnation: z.int().nonnegative(),
    handles: names,
    subscribes: names,
    subscribesAsNode: names,
    load: z.object({ inFlight: z.number(), queued: z.number(), unanswered: z.number(), handled: z.number() }),
    protocolVersion: z.number(),
    serializer: z.string(),
    metadata: z.record(z.string(), z.string()),
    status: z.enum(['alive', 'suspected']),
  }),
});
const changeSchema = z.union([
  recordSchema,
  z.object({ goodbyeOf: z.string().min(1), incarnation: z.number() }),
]);

/** Undefined for what is no record of this node: keys and channels are open to whoever may write to them. */
export function decodeRecord(nodeId: string, bytes: Uint8Array): NodeRecord | undefined {
  const { data } = recordSchema.safeParse(parsed(bytes));
  return data?.node.nodeId === nodeId ? completed(data) : undefined;
}

/** Undefined for what is no change. */
export function decodeChange(bytes: Uint8Array): StoredNodeChange | undefined {
  const { data } = changeSchema.safeParse(parsed(bytes));
  return data && ('node' in data ? completed(data) : data);
}

function completed({ node, timeoutMs }: z.infer<typeof recordSchema>): NodeRecord {
  return { timeoutMs, node: { ...node, endpoint: node.endpoint } };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
