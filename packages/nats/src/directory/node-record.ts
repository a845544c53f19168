import type { NodeInfo } from '@catga/core';
import { z } from 'zod';

/** A node as its record says it is, and for how long the record stands without another one. */
export interface NodeRecord {
  readonly node: NodeInfo;
  readonly timeoutMs: number;
}

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
const goodbyeSchema = z.object({ incarnation: z.number() });

export function encodeRecord(record: NodeRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Undefined for what is no record of this node: a bucket is open to whoever may write to it. */
export function decodeRecord(nodeId: string, bytes: Uint8Array): NodeRecord | undefined {
  const { success, data } = recordSchema.safeParse(parsed(bytes));
  if (!success || data.node.nodeId !== nodeId) return undefined;
  const { node, timeoutMs } = data;
  return { timeoutMs, node: { ...node, endpoint: node.endpoint } };
}

/** A goodbye says which start of the node it is of, so that it does not take a later one along. */
export function encodeGoodbye(incarnation: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ incarnation }));
}

/** The incarnation that left; undefined means whichever was there. */
export function decodeGoodbye(bytes: Uint8Array): number | undefined {
  return goodbyeSchema.safeParse(parsed(bytes)).data?.incarnation;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
