/** Encodes a value as JSON: bytes as base64, bigints as text. */
export function jsonOf(value: unknown): string {
  const shown = (_key: string, held: unknown): unknown => {
    if (typeof held === 'bigint') return String(held);
    return held instanceof Uint8Array ? Buffer.from(held).toString('base64') : held;
  };
  return JSON.stringify(value, shown, 2) ?? 'null';
}
