import { types } from 'node:util';

/** How deep values may be nested: a cycle ends here, before it takes all memory. */
export const MAX_DEPTH = 256;

/** Half of a surrogate pair, which UTF-8 has no bytes for. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const BYTE_ORDER_MARK = 0xfeff;

/** Throws a `TypeError` for a value that would not arrive as what it is, or as what JSON makes of it. */
export function checkCarried(value: unknown, depth = 0): void {
  switch (typeof value) {
    case 'string':
      return checkText(value);
    case 'object':
      if (value === null) return;
      return checkObject(value, depth);
    case 'function':
    case 'symbol':
      throw new TypeError(`MessagePack cannot carry a ${typeof value}.`);
    default: // Numbers and truth values; the packer refuses a BigInt of more than 64 bits.
  }
}

function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) throw new TypeError('MessagePack cannot carry half a surrogate pair.');
  // The decoder of the packer would take it for a mark of the encoding, and drop it.
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
    throw new TypeError('MessagePack cannot carry text that begins with a byte order mark.');
  }
}

function checkObject(value: object, depth: number): void {
  if (depth >= MAX_DEPTH)
    throw new TypeError(`The value holds a cycle, or is nested more than ${MAX_DEPTH} deep.`);
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) checkCarried(item, depth + 1);
    return;
  }
  if (types.isDate(value) || types.isUint8Array(value)) return;
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function' && Object.getPrototypeOf(value) !== Object.prototype) {
    return checkCarried((toJSON as () => unknown).call(value), depth + 1);
  }
  if (isOfAnotherKind(value)) throw new TypeError(`MessagePack cannot carry a ${value.constructor.name}.`);
  for (const key of Object.keys(value)) {
    checkText(key);
    checkCarried((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  }
}

/** Built in, and not made of fields. */
function isOfAnotherKind(value: object): boolean {
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isPromise(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  );
}
