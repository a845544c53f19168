import { deepStrictEqual } from 'node:assert';

/** Throws an `AssertionError` unless both have the same content: `1` is not `'1'`. Classes of objects are ignored, because test frameworks have several realms. */
export function sameContent(actual: unknown, expected: unknown): void {
  deepStrictEqual(contentOf(actual), contentOf(expected));
}

function contentOf(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, contentOf);
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([field, content]) => [field, contentOf(content)]),
  );
}
