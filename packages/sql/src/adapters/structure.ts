/** Property of any value; `undefined` if it has none. */
export function propertyOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' || typeof value === 'function';
  return isObject && value !== null ? Reflect.get(value, name) : undefined;
}

/** Whether a value is an object or function with these methods. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return names.every((name) => typeof propertyOf(value, name) === 'function');
}
