/** Lone surrogates (half of a surrogate pair) have no UTF-8 encoding. */
const LONE_SURROGATES = /\p{Surrogate}/gu;
const BYTE_ORDER_MARKS = /^\uFEFF+/;

/**
 * Text that every serializer and store carries: at most `longest` UTF-16 units, no surrogate pair cut in half, no lone
 * surrogates, no leading byte order mark. Truncated text ends with `…`.
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

/** Property of a thrown value; undefined if it cannot be read (a revoked proxy, a getter that throws). */
export function readOf(holder: unknown, key: string): unknown {
  if ((typeof holder !== 'object' || holder === null) && typeof holder !== 'function') return undefined;
  try {
    return (holder as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
