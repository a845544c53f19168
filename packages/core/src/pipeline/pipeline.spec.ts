import { describe, expect, it } from '@jest/globals';
import type { Behavior } from '../contracts/behavior.js';
import type { Envelope } from '../contracts/envelope.js';
import type { MessageContext } from '../contracts/message-context.js';
import { compilePipeline, handlerStep } from './pipeline.js';

const envelope = { message: { text: 'hello' } } as unknown as Envelope;
const context = {} as MessageContext;

/** A behavior that writes down when it begins and ends. */
function tracing(name: string, trace: string[]): Behavior {
  return {
    async handle(_envelope, _context, next) {
      trace.push(`${name} begins`);
      const result = await next();
      trace.push(`${name} ends`);
      return result;
    },
  };
}

describe('a pipeline', () => {
  it('runs its behaviors around the handler, the first one outermost', async () => {
    const trace: string[] = [];
    const run = compilePipeline(
      [tracing('first', trace), tracing('second', trace)],
      handlerStep(() => void trace.push('handler')),
    );
    await run(envelope, context);
    expect(trace).toEqual(['first begins', 'second begins', 'handler', 'second ends', 'first ends']);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('has room for %i behaviors', async (count) => {
    const names = Array.from({ length: count }, (_, index) => `behavior ${index}`);
    const trace: string[] = [];
    const run = compilePipeline(
      names.map((name) => tracing(name, trace)),
      handlerStep(() => void trace.push('handler')),
    );
    await run(envelope, context);
    const begins = names.map((name) => `${name} begins`);
    const ends = names.toReversed().map((name) => `${name} ends`);
    expect(trace).toEqual([...begins, 'handler', ...ends]);
  });

  it.each([1, 2, 3, 4])(
    'turns what the last of %i behaviors throws into a rejection for the others',
    async (count) => {
      const thrown = new Error('thrown at once');
      const seen: unknown[] = [];
      const watching: Behavior = {
        handle: (_envelope, _context, next) =>
          next().catch((error: unknown) => {
            seen.push(error);
            throw error;
          }),
      };
      const throwing: Behavior = {
        handle() {
          throw thrown;
        },
      };
      const behaviors = [...Array.from({ length: count - 1 }, () => watching), throwing];
      const run = compilePipeline(
        behaviors,
        handlerStep(() => 'unreached'),
      );
      await expect(run(envelope, context)).rejects.toBe(thrown);
      expect(seen).toEqual(behaviors.slice(1).map(() => thrown));
    },
  );

  it('gives every step the same envelope and context', async () => {
    const seen: unknown[] = [];
    const looking: Behavior = {
      handle(givenEnvelope, givenContext, next) {
        seen.push(givenEnvelope, givenContext);
        return next();
      },
    };
    const run = compilePipeline(
      [looking],
      handlerStep((message, givenContext) => void seen.push(message, givenContext)),
    );
    await run(envelope, context);
    expect(seen).toEqual([envelope, context, envelope.message, context]);
    expect(seen[0]).toBe(envelope);
    expect(seen[1]).toBe(context);
  });

  it('lets a behavior answer instead of the handler, replace the message, and replace the result', async () => {
    const refusing: Behavior = { handle: () => Promise.resolve('refused') };
    await expect(
      compilePipeline(
        [refusing],
        handlerStep(() => Promise.reject(new Error('unreached'))),
      )(envelope, context),
    ).resolves.toBe('refused');

    const replacing: Behavior = {
      async handle(given, _context, next) {
        given.message = { text: 'bye' };
        return `${String(await next())}!`;
      },
    };
    const run = compilePipeline(
      [replacing],
      handlerStep((message) => (message as { text: string }).text),
    );
    await expect(run({ ...envelope }, context)).resolves.toBe('bye!');
  });

  it('lets a behavior run the rest again', async () => {
    let runs = 0;
    const retrying: Behavior = {
      async handle(_envelope, _context, next) {
        try {
          return await next();
        } catch {
          return next();
        }
      },
    };
    const run = compilePipeline(
      [retrying],
      handlerStep(() => {
        if (++runs === 1) throw new Error('once');
        return runs;
      }),
    );
    await expect(run(envelope, context)).resolves.toBe(2);
  });

  it('never throws: what a step throws is a rejected promise', async () => {
    const error = new Error('at once');
    const throwing = (): never => {
      throw error;
    };
    await expect(handlerStep(throwing)(envelope, context)).rejects.toBe(error);
    await expect(
      compilePipeline(
        [{ handle: throwing }],
        handlerStep(() => 1),
      )(envelope, context),
    ).rejects.toBe(error);
  });

  it('takes a handler that returns a value, nothing, a promise, or anything that can be awaited', async () => {
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- query builders are such
      then: (resolve: (value: string) => void) => resolve('awaited'),
    };
    const results = [1, undefined, Promise.resolve('later'), thenable].map((result) =>
      handlerStep(() => result)(envelope, context),
    );
    await expect(Promise.all(results)).resolves.toEqual([1, undefined, 'later', 'awaited']);
  });

  it('may run for many messages at the same time', async () => {
    const run = compilePipeline(
      [{ handle: async (given, _context, next) => [given.messageId, await next()] }],
      handlerStep(async (message) => (message as { id: number }).id),
    );
    const ids = [1, 2, 3];
    const results = await Promise.all(
      ids.map((id) => run({ messageId: `m${id}`, message: { id } } as unknown as Envelope, context)),
    );
    expect(results).toEqual(ids.map((id) => [`m${id}`, id]));
  });
});
