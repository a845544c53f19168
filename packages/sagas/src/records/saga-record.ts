import { z } from 'zod';
import type { LogMessage } from '@catga/core/engine';

/** Binary bodies and states, as JSON. */
const bytes = z
  .object({ base64: z.string() })
  .transform(({ base64 }): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64')));
const body = z.union([z.string(), bytes]);
const headers = z.record(z.string(), z.string());
const text = z.string();

/** Log message that has not failed yet. */
const message = z
  .object({
    messageId: text,
    name: text,
    kind: z.enum(['event', 'command']),
    body,
    serializer: text,
    headers,
    key: text.optional(),
    correlationId: text,
    causationId: text.optional(),
    originNodeId: text,
    sentAtMs: z.number(),
  })
  .transform(({ key, causationId, ...others }): LogMessage => ({ ...others, key, causationId, history: [] }));

const outgoing = z.object({ message, delayMs: z.number().optional() });

const command = z.object({
  id: text,
  /** Wire name. */
  name: text,
  /** Outcome, once known. `failed`: dead-lettered, possibly with an effect. */
  outcome: z.enum(['succeeded', 'failed']).optional(),
  undo: outgoing.optional(),
  /** Number of times the undo was sent. */
  undone: z.number().default(0),
});

const status = z.enum(['running', 'compensating', 'completed', 'compensated', 'stuck']);

const historyEntry = z.object({
  atMs: z.number(),
  /** The input, such as `OrderPlaced` or `result of ReserveStock`. */
  input: text,
  /** Wire names of the messages sent. */
  sent: z.array(text),
  status,
});

export const sagaRecordSchema = z.object({
  saga: text,
  id: text,
  /** Version of the state. */
  version: z.number(),
  status,
  /** Encoded by the serializer of the node. */
  state: body,
  /** Number of the step that wrote it, from 1. */
  revision: z.number(),
  startedAtMs: z.number(),
  changedAtMs: z.number(),
  /** Reason of the compensation. */
  reason: text.optional(),
  /** Error that made it stuck. */
  problem: text.optional(),
  /** Keys of handled inputs, the latest last. */
  seen: z.array(text).readonly(),
  /** Commands whose outcome is pending, and those that may need compensation, in the order they were sent. */
  commands: z.array(command).readonly(),
  /** Messages of the last step, which the log may not have stored yet. */
  outgoing: z.array(outgoing).readonly(),
  history: z.array(historyEntry).readonly(),
});

/** Stored state of one saga. */
export type SagaRecord = Readonly<z.output<typeof sagaRecordSchema>>;

/**
 * Status of a saga. `stuck`: a compensating command has failed.
 *
 * @publicApi
 */
export type SagaStatus = z.output<typeof status>;

/** A command that a saga has sent. */
export type SagaCommand = Readonly<z.output<typeof command>>;

/** A message in a record. */
export type RecordedMessage = Readonly<z.output<typeof outgoing>>;

/**
 * One step of a saga.
 *
 * @publicApi
 */
export type SagaHistoryEntry = Readonly<z.output<typeof historyEntry>>;

/** A body or a state, as stored in a JSON record. */
export function toText(value: string | Uint8Array): string | z.input<typeof bytes> {
  if (typeof value === 'string') return value;
  return { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
}

/** Whether a saga has ended. */
export function hasEnded({ status: now }: Pick<SagaRecord, 'status'>): boolean {
  return now === 'completed' || now === 'compensated';
}
