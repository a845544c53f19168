/** Keys that lead from data to an object's prototype. They are dropped wherever foreign data becomes an object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
