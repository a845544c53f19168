import { FORBIDDEN_KEYS } from '../../contracts/forbidden-keys.js';

/** Converts decoded maps to objects, without the keys that lead to a prototype. */
export function withoutForbiddenKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForbiddenKeys);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = {};
  for (const [key, item] of value as ReadonlyMap<string, unknown>) {
    if (!FORBIDDEN_KEYS.has(key)) object[key] = withoutForbiddenKeys(item);
  }
  return object;
}
