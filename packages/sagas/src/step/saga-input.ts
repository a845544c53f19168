import { createHash } from 'node:crypto';
import type { SagaEvent } from '../definition/saga-definition.js';

/** Input of a saga. */
export type StepInput = { readonly key: string; readonly label: string } & (
  | { readonly kind: 'event'; readonly event: object; readonly of: SagaEvent }
  | ReplyInput
  | { readonly kind: 'timeout'; readonly name: string; readonly startedAtMs?: number | undefined }
  | OperatorInput
);

/** Outcome of a command. */
export type ReplyInput = {
  readonly kind: 'reply';
  readonly command: { readonly name: string; readonly messageId: string };
} & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Error; readonly isRefusal: boolean }
);

/** Action of an operator. */
export interface OperatorInput {
  readonly kind: 'operator';
  readonly action: 'retry' | 'compensate' | 'complete';
  readonly reason?: string;
}

/** Identity of an input: a hash of 128 bits. */
export function inputKey(name: string, messageId: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, messageId]))
    .digest();
  return digest.subarray(0, 16).toString('base64url');
}
