import fc from 'fast-check';

/** Plain data with keys that an attacker would try, at any depth. */
export const hostileData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .array(
      fc.tuple(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'prototype'), fc.string()), tie('value')),
      { maxLength: 4 },
    )
    .map((entries) => {
      const object: Record<string, unknown> = {};
      for (const [key, value] of entries) {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return object;
    }),
})).object;

/** Keys that lead to a prototype, at any depth. */
export function forbiddenKeysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.getOwnPropertyNames(value).flatMap((key) => [
    ...(['__proto__', 'constructor', 'prototype'].includes(key) && !Array.isArray(value) ? [key] : []),
    ...forbiddenKeysIn(Object.getOwnPropertyDescriptor(value, key)?.value),
  ]);
}
