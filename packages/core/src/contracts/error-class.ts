/** A class of errors, abstract or not, whatever its constructor takes. */
export type ErrorClass = abstract new (...fields: never[]) => Error;

/** By what its instances inherit, since a class may come from another realm, such as a test runner's. */
export function isErrorClass(target: unknown): target is ErrorClass {
  if (typeof target !== 'function') return false;
  const prototype: unknown = target.prototype;
  return typeof prototype === 'object' && prototype !== null && 'message' in prototype;
}
