/** An error class, abstract or not, with any constructor. */
export type ErrorClass = abstract new (...fields: never[]) => Error;

/** Checks the prototype chain, since a class may come from another realm, such as a test runner's. */
export function isErrorClass(target: unknown): target is ErrorClass {
  if (typeof target !== 'function') return false;
  const prototype: unknown = target.prototype;
  return typeof prototype === 'object' && prototype !== null && 'message' in prototype;
}
