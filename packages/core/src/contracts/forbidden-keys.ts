/** Keys that reach an object's prototype. They are dropped when foreign data becomes an object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
