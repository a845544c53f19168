/** Half of a surrogate pair, which UTF-8 has no bytes for. */
const LONE_SURROGATES = /\p{Surrogate}/gu;
const BYTE_ORDER_MARKS = /^\uFEFF+/;

/**
 * Text that every serializer and every store carries: of at most `longest` UTF-16 units, no character cut in half, no half
 * surrogates, no byte order mark in front. What was cut ends with `…`.
 */
export function wellFormed(text: string, longest: number): string {
  const isCut = text.length > longest;
  let kept = isCut ? text.slice(0, longest - 1) : text;
  if (isCut && isHighSurrogate(kept.charCodeAt(kept.length - 1))) kept = kept.slice(0, -1);
  const carried = kept.replace(LONE_SURROGATES, '\uFFFD').replace(BYTE_ORDER_MARKS, '');
  return isCut ? `${carried}…` : carried;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** A property of whatever was thrown; undefined if it cannot be read, as of a revoked proxy or by a getter that throws. */
export function readOf(holder: unknown, key: string): unknown {
  if ((typeof holder !== 'object' || holder === null) && typeof holder !== 'function') return undefined;
  try {
    return (holder as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
