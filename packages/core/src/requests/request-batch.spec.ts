import { afterEach, describe, expect, it } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { CatgaNode } from '../node/catga-node.js';

class Work extends Command<string> {
  constructor(readonly run: () => unknown) {
    super();
  }
}

class Unhandled extends Command {}

const started: CatgaNode[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((node) => node.stop()));
});

async function startedNode(options?: ConstructorParameters<typeof CatgaNode>[0]): Promise<CatgaNode> {
  const node = new CatgaNode(options).handleRequest(Work, (work: object) => (work as Work).run());
  started.push(node);
  await node.init();
  await node.start();
  return node;
}

function after(turns: number, value: string): () => Promise<string> {
  return async () => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    return value;
  };
}

describe('a batch of requests', () => {
  it('gives the results in the order of the requests, whatever order they finish in', async () => {
    const { mediator } = await startedNode();
    const work = [9, 0, 5, 3].map((turns) => new Work(after(turns, `after ${turns}`)));
    await expect(mediator.sendBatch(work)).resolves.toEqual(
      ['after 9', 'after 0', 'after 5', 'after 3'].map((value) => ({ ok: true, value })),
    );
  });

  it('keeps each failure to itself, whether thrown, rejected or no error at all', async () => {
    const { mediator } = await startedNode();
    const thrown = new Error('thrown');
    const results = await mediator.sendBatch<unknown>([
      new Work(() => {
        throw thrown;
      }),
      new Work(() => 'a value'),
      new Work(() => Promise.reject(new Error('rejected'))),
      new Unhandled(),
      new Work(after(1, 'late')),
    ]);
    expect(results).toMatchObject([
      { ok: false, error: thrown },
      { ok: true, value: 'a value' },
      { ok: false, error: { message: 'rejected' } },
      { ok: false, error: { code: 'CATGA_NO_HANDLER' } },
      { ok: true, value: 'late' },
    ]);
  });

  it('is done at once when it is empty', async () => {
    const { mediator } = await startedNode();
    await expect(mediator.sendBatch([])).resolves.toEqual([]);
  });

  it('keeps batches apart that run at the same time, one after another, and inside each other', async () => {
    const { mediator } = await startedNode();
    const batchOf = (name: string, turns: number): Work[] =>
      Array.from({ length: 5 }, (_, index) => new Work(after(turns - index, `${name}${index}`)));
    const inner = new Work(async () => {
      const results = await mediator.sendBatch(batchOf('inner', 4));
      return results.map((result) => (result.ok ? result.value : '')).join();
    });
    for (let round = 0; round < 3; round++) {
      const [first, second] = await Promise.all([
        mediator.sendBatch(batchOf('first', 8)),
        mediator.sendBatch([inner, ...batchOf('second', 6)]),
      ]);
      expect(first.map((result) => result.ok && result.value).join()).toBe(
        'first0,first1,first2,first3,first4',
      );
      expect(second.map((result) => result.ok && result.value).join()).toBe(
        'inner0,inner1,inner2,inner3,inner4,second0,second1,second2,second3,second4',
      );
    }
  });

  it('takes a promise at its first word, though its class calls back again and again', async () => {
    class Insistent<T> extends Promise<T> {
      // oxlint-disable-next-line unicorn/no-thenable -- the promise under test
      override then<A = T, B = never>(
        fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
        rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        void super.then(fulfilled, rejected);
        return super.then(fulfilled, rejected);
      }
    }
    const { mediator } = await startedNode();
    const results = await mediator.sendBatch([
      new Work(() => Insistent.resolve('once')),
      new Work(after(3, 'other')),
    ]);
    expect(results).toEqual([
      { ok: true, value: 'once' },
      { ok: true, value: 'other' },
    ]);
    await expect(mediator.sendBatch([new Work(after(0, 'later'))])).resolves.toEqual([
      { ok: true, value: 'later' },
    ]);
  });

  it('counts as work: a node that stops waits for it, and its limits hold for it', async () => {
    const node = await startedNode({ concurrency: { maxInFlight: 2, maxQueued: 1 } });
    let open = (): void => {};
    const opened = new Promise<string>((resolve) => (open = () => resolve('done')));
    const batch = node.mediator.sendBatch(Array.from({ length: 4 }, () => new Work(() => opened)));
    let hasStopped = false;
    const stopped = node.stop().then(() => (hasStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasStopped).toBe(false);
    open();
    const results = await batch;
    expect(results.map((result) => (result.ok ? result.value : result.error))).toMatchObject([
      'done',
      'done',
      'done',
      { code: 'CATGA_OVERLOADED' },
    ]);
    await stopped;
    expect(node.mediator.self.load).toEqual({ inFlight: 0, queued: 0, unanswered: 0, handled: 3 });
  });

  it('is refused whole by a node that stops', async () => {
    const node = await startedNode();
    await node.stop();
    await expect(node.mediator.sendBatch([new Work(() => 'too late')])).resolves.toMatchObject([
      { ok: false, error: { code: 'CATGA_SHUTTING_DOWN' } },
    ]);
  });
});
