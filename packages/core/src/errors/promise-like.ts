/** Whether a promise is sure to call back once: not a class of its own, and with no `then` of its own. */
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
 * The promise of what user code returned; undefined if it returned no promise but a value.
 *
 * A promise is whatever has a `then` to call: a promise of this or another realm, or the query of an object-relational
 * mapper. The promise given back is a plain one, which settles once, whatever that `then` does; `then` is called once,
 * for it may start the work. Throws what a getter of `then` throws.
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

/** As {@link promiseOf}, with a promise of a value too. */
export function toPromise(value: unknown): Promise<unknown> {
  return promiseOf(value) ?? Promise.resolve(value);
}
