import { z } from 'zod';
import type { NodeInfo } from '../contracts/node-info.js';
import { CatgaError } from '../errors/catga-error.js';

/** Record of a node. */
export interface NodeRecord {
  readonly node: NodeInfo;
  /** Time without a heartbeat after which the node has left, in milliseconds. */
  readonly timeoutMs: number;
}

/** Goodbye of one incarnation; does not affect a later one. */
export interface NodeGoodbye {
  readonly goodbyeOf: string;
  readonly incarnation: number;
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
    sends: names.optional(),
    publishes: names.optional(),
    role: z.literal('tool').optional(),
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

/** JSON in UTF-8. */
export function encodeNodeChange(change: NodeRecord | NodeGoodbye): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(change));
}

/** Decodes the record of a node; undefined for anything else, since any client may write there. */
export function decodeNodeRecord(nodeId: string, bytes: Uint8Array): NodeRecord | undefined {
  const { data } = recordSchema.safeParse(parsed(bytes));
  return data?.node.nodeId === nodeId ? completed(data) : undefined;
}

/** Decodes a record or a goodbye; undefined for anything else. */
export function decodeNodeChange(bytes: Uint8Array): NodeRecord | NodeGoodbye | undefined {
  const { data } = changeSchema.safeParse(parsed(bytes));
  return data && ('node' in data ? completed(data) : data);
}

/** Error of an invalid node record: `CATGA_SERIALIZATION`. */
export function noNodeRecordError(key: string): CatgaError {
  return new CatgaError(
    'CATGA_SERIALIZATION',
    `The entry '${key.slice(0, 64)}' of the node directory is not a valid node record.`,
    { details: { key } },
  );
}

function completed({ node, timeoutMs }: z.infer<typeof recordSchema>): NodeRecord {
  const { endpoint, sends, publishes, role, ...rest } = node;
  return {
    timeoutMs,
    node: {
      ...rest,
      endpoint,
      ...(sends && { sends }),
      ...(publishes && { publishes }),
      ...(role && { role }),
    },
  };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
