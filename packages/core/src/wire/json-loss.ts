import { types } from 'node:util';

/** Beyond it, and from the first object with `toJSON` on, values are looked at while they are written. */
const MOST_DEPTH = 64;

/** Prototypes of objects whose JSON is their fields. */
const ordinary = new WeakSet([Object.prototype]);

/** Throws a `TypeError` that names a value which JSON would write as something else, without an error. */
export function stringifyWithoutLoss(value: unknown): string {
  const found = lossIn(value, 0);
  if (found === undefined) return writtenOf(JSON.stringify(value), value);
  if (found !== UNSURE) throw lossError(found);
  return writtenOf(
    JSON.stringify(value, function (this: object, key: string, written: unknown) {
      // Before `toJSON`, which makes an object of bytes and `null` of an invalid date, and after it.
      const what = lostKind((this as Readonly<Record<string, unknown>>)[key]) ?? lostKind(written);
      if (what !== undefined) throw lossError(key === '' ? [what] : [key, what]);
      return written;
    }),
    value,
  );
}

const UNSURE = Symbol('unsure');
/** The keys from the outermost value on, and what is there. */
type Loss = readonly string[];

function lossIn(value: unknown, depth: number): Loss | typeof UNSURE | undefined {
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? lossInList(value, depth) : lossInObject(value, depth);
  const what = lostKind(value);
  return what === undefined ? undefined : [what];
}

function lossInList(list: readonly unknown[], depth: number): Loss | typeof UNSURE | undefined {
  if (depth === MOST_DEPTH) return UNSURE;
  let isUnsure = false;
  for (let index = 0; index < list.length; index++) {
    const found = lossIn(list[index], depth + 1);
    if (found === UNSURE) isUnsure = true;
    else if (found !== undefined) return [String(index), ...found];
  }
  return isUnsure ? UNSURE : undefined;
}

function lossInObject(value: object, depth: number): Loss | typeof UNSURE | undefined {
  if (depth === MOST_DEPTH) return UNSURE;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && !ordinary.has(prototype)) {
    const what = lostKind(value);
    if (what !== undefined) return [what];
    if (types.isDate(value)) return undefined;
    if (Object.prototype.toString.call(value) === '[object Object]') ordinary.add(prototype);
  }
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return UNSURE;
  let isUnsure = false;
  for (const key in value) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof field === 'string') continue;
    const found = lossIn(field, depth + 1);
    if (found === UNSURE) isUnsure = true;
    else if (found !== undefined) return [key, ...found];
  }
  return isUnsure ? UNSURE : undefined;
}

/** What JSON writes as `null`, as an empty object, or as numbers by their index; undefined for anything else. */
function lostKind(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (ArrayBuffer.isView(value)) return `a ${Buffer.isBuffer(value) ? 'Buffer' : tag}`;
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return undefined;
  if (types.isNativeError(value)) return 'an Error';
  const isBuiltIn =
    tag !== 'Object' && tag !== 'Array' && tag in globalThis && !types.isBoxedPrimitive(value);
  return isBuiltIn ? `a ${tag}` : undefined;
}

function lossError(loss: Loss): TypeError {
  const what = loss.at(-1) ?? '';
  const path = loss.slice(0, -1).join('.');
  return new TypeError(
    `${path === '' ? 'It' : `'${path}'`} is ${what}, which JSON cannot carry: send what it holds as text, numbers, lists and plain objects.`,
  );
}

function writtenOf(text: string | undefined, value: unknown): string {
  if (text === undefined) throw new TypeError(`JSON cannot carry ${typeof value}.`);
  return text;
}
