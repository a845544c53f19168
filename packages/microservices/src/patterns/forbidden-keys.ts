import { FORBIDDEN_KEYS } from '@catga/core/engine';

/** Removes the keys that the serializers of Catga drop, from data parsed by Nest. Changes the data in place. */
export function withoutForbiddenKeys(data: unknown): unknown {
  const seen = new Set<unknown>();
  const left: unknown[] = [data];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
    seen.add(value);
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      if (FORBIDDEN_KEYS.has(key)) delete fields[key];
      else left.push(fields[key]);
    }
  }
  return data;
}
