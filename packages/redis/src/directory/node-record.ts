import type { NodeInfo } from '@catga/core';
import { z } from 'zod';

/** A node as its record says it is, and for how long the record stands without another one. */
export interface NodeRecord {
  readonly node: NodeInfo;
  readonly timeoutMs: number;
}

/** What is told of a node on the channel of changes. */
export type NodeChange = NodeRecord | { readonly goodbyeOf: string; readonly incarnation: number };

const names = z.array(z.string());
const recordSchema = z.object({
  timeoutMs: z.number().positive(),
  node: z.object({
    nodeId: z.string().min(1),
    service: z.string(),
    endpoint: z.string().optional(),
    incarnation: z.number(),
    handles: names,
    subscribes: names,
    subscribesAsNode: names,
    load: z.object({ inFlight: z.number(), queued: z.number(), unanswered: z.number(), handled: z.number() }),
    protocolVersion: z.number(),
    metadata: z.record(z.string(), z.string()),
    status: z.enum(['alive', 'suspected']),
  }),
});
const changeSchema = z.union([
  recordSchema,
  z.object({ goodbyeOf: z.string().min(1), incarnation: z.number() }),
]);

/** Undefined for what is no record: keys and channels are open to whoever may write to them. */
export function decodeRecord(bytes: Uint8Array): NodeRecord | undefined {
  const { data } = recordSchema.safeParse(parsed(bytes));
  return data && completed(data);
}

/** Undefined for what is no change. */
export function decodeChange(bytes: Uint8Array): NodeChange | undefined {
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
