import type { LoggedOutcome, StoredOutcome } from '@catga/core/engine';

/** Header of each outcome: the length of its id, and the length of its body with the top bit set for a success. */
const HEAD_BYTES = 8;
const OK = 0x8000_0000;

/** Encodes outcomes into as few messages as possible. */
export function encodeOutcomes(outcomes: readonly LoggedOutcome[], maxBytes: number): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let from = 0;
  let bytes = 0;
  outcomes.forEach((logged, index) => {
    const size = sizeOf(logged);
    if (bytes + size > maxBytes && index > from) {
      messages.push(encodeMessage(outcomes.slice(from, index), bytes));
      from = index;
      bytes = 0;
    }
    bytes += size;
  });
  if (bytes > 0) messages.push(encodeMessage(from === 0 ? outcomes : outcomes.slice(from), bytes));
  return messages;
}

function sizeOf({ id, outcome }: LoggedOutcome): number {
  return HEAD_BYTES + Buffer.byteLength(id) + Buffer.byteLength(outcome.body);
}

/** Encodes into one buffer, since QoS 1 commands pass here. */
function encodeMessage(outcomes: readonly LoggedOutcome[], bytes: number): Uint8Array {
  const message = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { id, outcome } of outcomes) {
    const { ok, body } = outcome;
    const idBytes = message.write(id, at + HEAD_BYTES);
    message.writeUInt32BE(idBytes, at);
    const bodyAt = at + HEAD_BYTES + idBytes;
    const bodyBytes = Buffer.byteLength(body);
    if (typeof body === 'string') message.write(body, bodyAt);
    else message.set(body, bodyAt);
    message.writeUInt32BE((bodyBytes | (ok ? OK : 0)) >>> 0, at + 4);
    at = bodyAt + bodyBytes;
  }
  return message;
}

/** Calls back with each outcome of a message whose id is wanted. Truncated ones are skipped. */
export function findOutcomes(
  message: Uint8Array,
  isWanted: (id: string) => boolean,
  found: (id: string, outcome: StoredOutcome) => void,
): void {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  for (let at = 0; at + HEAD_BYTES <= bytes.byteLength;) {
    const idEnd = at + HEAD_BYTES + bytes.readUInt32BE(at);
    const head = bytes.readUInt32BE(at + 4);
    const end = idEnd + (head & ~OK);
    if (end > bytes.byteLength) return;
    const id = bytes.toString('utf8', at + HEAD_BYTES, idEnd);
    if (isWanted(id)) found(id, { ok: head >= OK, body: new Uint8Array(bytes.subarray(idEnd, end)) });
    at = end;
  }
}
