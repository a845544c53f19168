/** Whether a promise is native, without a subclass or a `then` of its own, and so settles exactly once. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.constructor === Promise &&
    // oxlint-disable-next-line typescript/unbound-method -- compared, not called
    (value as Promise<unknown>).then === Promise.prototype.then
  );
}

/**
 * Promise of a value that user code returned; undefined if the value is not a promise.
 *
 * Anything with a `then` method counts as a promise: a promise of this or another realm, or the query of an
 * object-relational mapper. The returned promise is a native one that settles once, whatever that `then` does; `then`
 * is called only once, since it may start the work. Throws what a getter of `then` throws.
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  if (isPlainPromise(value)) return value;
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined;
  const { then } = value as { readonly then?: unknown };
  if (typeof then !== 'function') return undefined;
  return new Promise((resolve, reject) => {
    (then as PromiseLike<unknown>['then']).call(value, resolve, reject);
  });
}

/** As {@link promiseOf}, but also wraps a plain value in a promise. */
export function toPromise(value: unknown): Promise<unknown> {
  return promiseOf(value) ?? Promise.resolve(value);
}
