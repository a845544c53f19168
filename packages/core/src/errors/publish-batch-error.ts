import type { CatgaResult } from '../contracts/result.js';
import { CatgaError } from './catga-error.js';

/**
 * Error of a batch whose events were not all published. Code and details are those of the first failure, which is its
 * cause; `CATGA_ENGINE_UNAVAILABLE` if that has no Catga code. Retryable if every failure is.
 *
 * @publicApi
 */
export class PublishBatchError extends CatgaError {
  /**
   * Result of each event, in the order of the events. An event with `CATGA_ENGINE_UNAVAILABLE` may still have been
   * stored.
   */
  readonly results: readonly CatgaResult<void>[];

  /** @param failures at least one; also contained in the results */
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

/** Resolves once all events are published; rejects with the result of each once all have ended and one failed. */
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
