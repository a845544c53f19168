import { describe, expect, it } from '@jest/globals';
import { CatgaError } from './catga-error.js';
import { PublishBatchError, allPublished } from './publish-batch-error.js';

const overloaded = new CatgaError('CATGA_OVERLOADED', 'full', { details: { maxStoredMessages: 1 } });
const tooLarge = new CatgaError('CATGA_PAYLOAD_TOO_LARGE', 'large');
const foreign = new TypeError('no key');

const failureOf = (...outcomes: readonly (Error | undefined)[]): Promise<unknown> =>
  allPublished(
    outcomes.map((error) => (error === undefined ? Promise.resolve() : Promise.reject(error))),
  ).catch((thrown: unknown) => thrown);

describe('a batch of events', () => {
  it('is published if each of them is', async () => {
    await expect(failureOf(undefined, undefined)).resolves.toBeUndefined();
    await expect(failureOf()).resolves.toBeUndefined();
  });

  it('fails as its first failure, and says what became of each event', async () => {
    const failure = await failureOf(undefined, overloaded, tooLarge);
    expect(failure).toBeInstanceOf(PublishBatchError);
    expect(failure).toMatchObject({
      name: 'PublishBatchError',
      code: 'CATGA_OVERLOADED',
      details: { maxStoredMessages: 1, failed: 2, published: 1 },
      cause: overloaded,
      results: [
        { ok: true, value: undefined },
        { ok: false, error: overloaded },
        { ok: false, error: tooLarge },
      ],
    });
  });

  it('is worth trying again only if every failure is', async () => {
    await expect(failureOf(overloaded, overloaded)).resolves.toMatchObject({ retryable: true });
    await expect(failureOf(overloaded, tooLarge)).resolves.toMatchObject({ retryable: false });
    await expect(failureOf(overloaded, foreign)).resolves.toMatchObject({ retryable: false });
  });

  it('has a code though its first failure has none', async () => {
    await expect(failureOf(foreign, tooLarge)).resolves.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      retryable: false,
      cause: foreign,
    });
  });

  it('waits for every event', async () => {
    let end = (): void => {};
    const slow = new Promise<void>((resolve) => (end = resolve));
    let hasEnded = false;
    const failing = allPublished([Promise.reject(tooLarge), slow]).catch(() => (hasEnded = true));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(hasEnded).toBe(false);
    end();
    await failing;
    expect(hasEnded).toBe(true);
  });
});
