import type { StoredOutcome } from '@catga/core/engine';
import { z } from 'zod';

/** Idempotency record of an id. Durations count from the server's timestamp. */
export type IdempotencyRecord = {
  readonly fingerprint: string;
  /** Fencing token: the revision of the claim; undefined in that revision itself. */
  readonly token: number | undefined;
} & (
  | { readonly state: 'running'; readonly leaseMs: number; readonly claimId: string }
  | { readonly state: 'finished'; readonly ttlMs: number; readonly outcome: StoredOutcome }
);

const headSchema = z.discriminatedUnion('s', [
  z.object({ s: z.literal('r'), f: z.string(), t: z.number().optional(), ms: z.number(), c: z.string() }),
  z.object({ s: z.literal('f'), f: z.string(), t: z.number().optional(), ms: z.number(), ok: z.boolean() }),
]);

const LINE_BREAK = 10;

/** Encodes to a line of JSON, followed by the outcome's bytes. */
export function encodeIdempotencyRecord(record: IdempotencyRecord): Uint8Array {
  const { fingerprint: f, token: t } = record;
  if (record.state === 'running') {
    return Buffer.from(`${JSON.stringify({ s: 'r', f, t, ms: record.leaseMs, c: record.claimId })}\n`);
  }
  const { ttlMs: ms, outcome } = record;
  const { ok, body } = outcome;
  const head = `${JSON.stringify({ s: 'f', f, t, ms, ok })}\n`;
  return typeof body === 'string' ? Buffer.from(head + body) : Buffer.concat([Buffer.from(head), body]);
}

/** Decodes a record; undefined if it is invalid. */
export function decodeIdempotencyRecord(bytes: Uint8Array): IdempotencyRecord | undefined {
  const end = bytes.indexOf(LINE_BREAK);
  const { data: head } = headSchema.safeParse(parsed(bytes.subarray(0, Math.max(0, end))));
  if (head === undefined) return undefined;
  const { f: fingerprint, t: token, ms } = head;
  if (head.s === 'r') return { state: 'running', fingerprint, token, leaseMs: ms, claimId: head.c };
  const outcome = { ok: head.ok, body: bytes.slice(end + 1) };
  return { state: 'finished', fingerprint, token, ttlMs: ms, outcome };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as unknown;
  } catch {
    return undefined;
  }
}
