import type { LoggedOutcome, StoredOutcome } from '@catga/core/engine';

/** Before each outcome: the length of its id, the length of its body with the top bit set if it is a success. */
const HEAD_BYTES = 8;
const OK = 0x8000_0000;

/** Outcomes as one message: as many as fit go into each. */
export function encodeOutcomes(outcomes: readonly LoggedOutcome[], maxBytes: number): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let parts: Buffer[] = [];
  let bytes = 0;
  for (const { id, outcome } of outcomes) {
    const idBytes = Buffer.from(id);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(idBytes.byteLength, 0);
    head.writeUInt32BE((outcome.body.byteLength | (outcome.ok ? OK : 0)) >>> 0, 4);
    const size = HEAD_BYTES + idBytes.byteLength + outcome.body.byteLength;
    if (bytes + size > maxBytes && parts.length > 0) {
      messages.push(Buffer.concat(parts, bytes));
      parts = [];
      bytes = 0;
    }
    parts.push(head, idBytes, Buffer.from(outcome.body));
    bytes += size;
  }
  if (parts.length > 0) messages.push(Buffer.concat(parts, bytes));
  return messages;
}

/** Calls back with each outcome of a message whose id is wanted. What is cut short is left out. */
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
