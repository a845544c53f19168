/**
 * Outcome of a request as a value, for callers that do not want exceptions.
 *
 * @publicApi
 */
export type CatgaResult<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: Error };
