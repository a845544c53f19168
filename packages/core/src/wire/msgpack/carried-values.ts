import { types } from 'node:util';

/** Maximum nesting depth; also stops at a cycle before it takes all memory. */
export const MAX_DEPTH = 256;

/** A lone surrogate (half of a surrogate pair) has no UTF-8 encoding. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const BYTE_ORDER_MARK = 0xfeff;

/** Throws a `TypeError` for a value that would not arrive as itself or as JSON would carry it. */
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
    default: // Numbers and booleans; the packer refuses a BigInt of more than 64 bits.
  }
}

function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) throw new TypeError('MessagePack cannot carry half a surrogate pair.');
  // The packer's decoder would drop it as a byte order mark.
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

/** Built-in objects that are not made of fields. */
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
