import { types } from 'node:util';

/** How contents are compared. */
export interface ContentView {
  /** Mark of an object's class in the text; '' if classes are ignored. */
  classMark(prototype: object): string;
  /** Whether values are compared as on the wire: a `Date` equals its ISO text. */
  readonly isAsOnTheWire: boolean;
}

/**
 * Comparison across nodes, where one has the original message and another the decoded one: classes are ignored, and a
 * `Date` equals its ISO text.
 */
export const WIRE_VIEW: ContentView = Object.freeze({ classMark: () => '', isAsOnTheWire: true });

/** Comparison within a process: instances of two classes differ, and so do a `Date` and its text. */
export class LocalView implements ContentView {
  readonly isAsOnTheWire = false;
  private readonly marks = new WeakMap<object, string>();
  private lastMark = 0;

  classMark(prototype: object): string {
    let mark = this.marks.get(prototype);
    if (mark === undefined) this.marks.set(prototype, (mark = `@${++this.lastMark};`));
    return mark;
  }
}

/**
 * Canonical text of a value, types included: two contents have the same text if and only if they are equal, whatever
 * the order of their fields and of the entries of maps and sets. `undefined` fields are ignored. Every part encodes its
 * length, so that none is a prefix of another.
 *
 * Throws a `TypeError` with the path of a value that cannot be compared: functions, symbols, cycles, and built-in
 * objects with hidden contents, such as a `WeakMap` or a promise. `#private` fields, closures, non-enumerable fields,
 * and extra properties of arrays are not seen.
 */
export function contentText(value: unknown, view: ContentView = WIRE_VIEW): string {
  return textOf(value, view, []);
}

/** Maximum number of keys for insertion sort, which needs no comparison function and no copy. */
const FEW_KEYS = 32;

function textOf(value: unknown, view: ContentView, within: object[]): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      // JSON has no other zero.
      return value === 0 && 1 / value < 0 && !view.isAsOnTheWire ? '-0;' : `${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return bigintText(value, view, within);
    case 'object':
      return value === null ? 'n' : objectText(value, view, within);
    default:
      throw incomparable(`a ${typeof value}`, within, value);
  }
}

/** Some applications give `BigInt` a `toJSON`; its result is then what goes over the wire. */
function bigintText(value: bigint, view: ContentView, within: object[]): string {
  const { toJSON } = value as { readonly toJSON?: unknown };
  return view.isAsOnTheWire && typeof toJSON === 'function'
    ? textOf((toJSON as () => unknown).call(value), view, within)
    : `i${value};`;
}

function objectText(value: object, view: ContentView, within: object[]): string {
  if (within.includes(value)) throw incomparable('a cycle', within, value);
  within.push(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isPlain = prototype === Object.prototype || prototype === null;
  let text: string;
  if (Array.isArray(value)) {
    text = prototype === Array.prototype ? '' : view.classMark(prototype ?? value);
    text += arrayText(value, view, within);
  } else {
    const { toJSON } = value as { readonly toJSON?: unknown };
    const mark = isPlain ? '' : view.classMark(prototype);
    if (typeof toJSON === 'function' && !ArrayBuffer.isView(value) && !types.isDate(value)) {
      text = `${mark}${textOf((toJSON as (key: string) => unknown).call(value, ''), view, within)}`;
    } else if (isPlain) text = fieldsText(value, view, within);
    else text = `${mark}${instanceText(value, view, within)}`;
  }
  within.pop();
  return text;
}

function arrayText(array: readonly unknown[], view: ContentView, within: object[]): string {
  let text = '[';
  for (let index = 0; index < array.length; index++) {
    const item = array[index];
    // On the wire, both a hole and `undefined` are `null`.
    if (item === undefined && view.isAsOnTheWire) text += 'n';
    else text += item === undefined && !(index in array) ? 'h' : textOf(item, view, within);
  }
  return `${text}]`;
}

function fieldsText(fields: object, view: ContentView, within: object[]): string {
  let text = '{';
  for (const key of sortedKeys(fields)) {
    const field = (fields as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined) text += `${key.length}:${key}${textOf(field, view, within)}`;
  }
  for (const symbol of Object.getOwnPropertySymbols(fields)) {
    if (Object.prototype.propertyIsEnumerable.call(fields, symbol))
      throw incomparable(`a field named by ${String(symbol)}`, within, fields);
  }
  return `${text}}`;
}

function sortedKeys(fields: object): readonly string[] {
  const keys = Object.keys(fields);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let from = 1; from < keys.length; from++) {
    const key = keys[from] as string;
    let to = from;
    for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

/** Text of a class instance. The tag check first: most instances are not built-in objects. */
function instanceText(value: object, view: ContentView, within: object[]): string {
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Object]') return fieldsText(value, view, within);
  const of = (part: unknown): string => textOf(part, view, within);
  if (types.isDate(value)) return dateText(value.getTime(), view);
  if (types.isMap(value)) {
    const entries = [...value].map(([key, held]) => of(key) + of(held));
    return `M{${entries.sort().join('')}}${fieldsText(value, view, within)}`;
  }
  if (types.isSet(value)) {
    return `S{${[...value].map(of).sort().join('')}}${fieldsText(value, view, within)}`;
  }
  if (types.isRegExp(value)) return `r${of(value.source)}${of(value.flags)}${of(value.lastIndex)}`;
  if (types.isNativeError(value)) {
    const { name, message, cause } = value;
    const errors: unknown = (value as Partial<AggregateError>).errors;
    return `e${of(name)}${of(message)}${of(cause)}${of(errors)}${fieldsText(value, view, within)}`;
  }
  if (types.isBoxedPrimitive(value)) return `b${of(value.valueOf())}`;
  if (ArrayBuffer.isView(value)) {
    return `v${tag}${of(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'))}`;
  }
  if (types.isAnyArrayBuffer(value)) return `v${tag}${of(Buffer.from(value).toString('latin1'))}`;
  if (Object.keys(value).length === 0) throw incomparable(`a ${tag.slice('[object '.length, -1)}`, within);
  return `o${tag}${fieldsText(value, view, within)}`;
}

function dateText(timeMs: number, { isAsOnTheWire }: ContentView): string {
  if (Number.isNaN(timeMs)) return 'd;';
  if (!isAsOnTheWire) return `d${timeMs};`;
  const iso = new Date(timeMs).toISOString();
  return `s${iso.length}:${iso}`;
}

/** @param value the value that cannot be compared; by default the innermost of `within` */
function incomparable(what: string, within: readonly object[], value: unknown = within.at(-1)): TypeError {
  const path: string[] = [];
  within.forEach((holder, depth) => {
    const held = within[depth + 1] ?? value;
    const key = Object.keys(holder).find(
      (name) => (holder as Readonly<Record<string, unknown>>)[name] === held,
    );
    if (key !== undefined) path.push(key);
  });
  return new TypeError(`${path.length === 0 ? 'it' : `'${path.join('.')}'`} is or holds ${what}`);
}
