import type { CatgaResult } from '../contracts/result.js';
import { CatgaError } from './catga-error.js';

/**
 * Not all events of a batch were published. Its code and details are those of the first failure, which is its cause;
 * `CATGA_ENGINE_UNAVAILABLE` if that has no code of Catga's. Retryable if every failure is.
 *
 * @publicApi
 */
export class PublishBatchError extends CatgaError {
  /** How each event ended, in the order of the events. `CATGA_ENGINE_UNAVAILABLE` may have been stored all the same. */
  readonly results: readonly CatgaResult<void>[];

  /** @param failures one at least; they are among the results */
  constructor(results: readonly CatgaResult<void>[], failures: readonly [Error, ...Error[]]) {
    const [first] = failures;
    const isOurs = first instanceof CatgaError;
    super(
      isOurs ? first.code : 'CATGA_ENGINE_UNAVAILABLE',
      `${failures.length} of ${results.length} events were not published, the first because: ${first.message}`,
      {
        cause: first,
        retryable: failures.every((failure) => failure instanceof CatgaError && failure.retryable),
        details: {
          ...(isOurs ? first.details : {}),
          failed: failures.length,
          published: results.length - failures.length,
        },
      },
    );
    this.name = 'PublishBatchError';
    this.results = Object.freeze(results);
  }
}

/** Resolves once every event has ended, and rejects with what became of each if one was not published. */
export async function allPublished(publishing: readonly Promise<void>[]): Promise<void> {
  const settle = (promise: Promise<void>): Promise<CatgaResult<void>> =>
    promise.then(
      () => ({ ok: true, value: undefined }),
      (error: Error) => ({ ok: false, error }),
    );
  const results = await Promise.all(publishing.map(settle));
  const [first, ...others] = results.flatMap((result) => (result.ok ? [] : [result.error]));
  if (first !== undefined) throw new PublishBatchError(results, [first, ...others]);
}
