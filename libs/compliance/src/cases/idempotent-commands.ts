import type { ErrorTranslator } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import { Gate } from '../lab.js';
import type { Lab } from '../lab.js';
import { Import, PlaceOrder } from '../messages.js';

/** Framework error with more properties than a message. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly response: object,
  ) {
    super('an HTTP error');
  }
}

const httpErrors: ErrorTranslator = {
  type: 'http',
  encode: (error) =>
    error instanceof HttpError ? { data: { status: error.status, response: error.response } } : undefined,
  decode: ({ data }) => {
    const { status, response } = data as HttpError;
    return new HttpError(status, response);
  },
};

/** Commands with an id: run once, repeats get the recorded outcome. */
export function idempotentCommands(lab: Lab): void {
  describe('a command sent with an id', () => {
    const messageId = 'key-1';

    it('runs once, and a repetition gets its result', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(PlaceOrder, () => ({ orderId: `o${++runs}` })));
      for (let sent = 0; sent < 3; sent++) {
        await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
          orderId: 'o1',
        });
      }
      expect(runs).toBe(1);
    });

    it('runs for each id, and each time without one', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(PlaceOrder, () => ({ orderId: `o${++runs}` })));
      await node.mediator.send(new PlaceOrder('c1'), { messageId });
      await node.mediator.send(new PlaceOrder('c1'), { messageId: 'key-2' });
      await node.mediator.send(new PlaceOrder('c1'));
      await node.mediator.send(new PlaceOrder('c1'));
      expect(runs).toBe(4);
    });

    it('repeats an undefined result', async () => {
      const node = await lab.run(lab.node().handleRequest(PlaceOrder, () => undefined));
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toBeUndefined();
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toBeUndefined();
    });

    it('repeats how it failed, with name, message and code', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, () => {
          runs++;
          throw Object.assign(new RangeError('no tea left'), { code: 'OUT_OF_STOCK' });
        }),
      );
      for (let sent = 0; sent < 2; sent++) {
        await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).rejects.toMatchObject({
          name: 'RangeError',
          message: 'no tea left',
          code: 'OUT_OF_STOCK',
        });
      }
      expect(runs).toBe(1);
    });

    it('repeats an error of a known class as that class', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node({}, { errorTranslators: [httpErrors] }).handleRequest(PlaceOrder, () => {
          runs++;
          throw new HttpError(404, { reason: 'unknown customer' });
        }),
      );
      for (let sent = 0; sent < 2; sent++) {
        const result = await node.mediator.trySend(new PlaceOrder('c1'), { messageId });
        const error = result.ok ? undefined : result.error;
        expect(error).toBeInstanceOf(HttpError);
        expect(error).toMatchObject({ status: 404, response: { reason: 'unknown customer' } });
      }
      expect(runs).toBe(1);
    });

    it('runs once when it is sent many times at the same moment', async () => {
      const gate = new Gate();
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, async () => {
          runs++;
          await gate.opened;
          return { orderId: `o${runs}` };
        }),
      );
      const answers = Array.from({ length: 10 }, () =>
        node.mediator.send(new PlaceOrder('c1'), { messageId }),
      );
      await lab.until(() => runs > 0);
      gate.open();
      const results = await lab.whileTimePasses(Promise.all(answers));
      expect(results).toEqual(Array.from({ length: 10 }, () => ({ orderId: 'o1' })));
      expect(runs).toBe(1);
    });

    it('runs once when two nodes get it at the same moment', async () => {
      const gate = new Gate();
      let runs = 0;
      const handler = async (): Promise<{ orderId: string }> => {
        runs++;
        await gate.opened;
        return { orderId: `o${runs}` };
      };
      const one = await lab.run(lab.node({ nodeId: 'one' }).handleRequest(PlaceOrder, handler));
      const other = await lab.run(lab.node({ nodeId: 'other' }).handleRequest(PlaceOrder, handler));
      const answers = [one, other].map(({ mediator, options: { nodeId } }) =>
        mediator.sendToNode(nodeId, new PlaceOrder('c1'), { messageId }),
      );
      await lab.until(() => runs > 0);
      await lab.pass(2);
      gate.open();
      await expect(lab.whileTimePasses(Promise.all(answers))).resolves.toEqual([
        { orderId: 'o1' },
        { orderId: 'o1' },
      ]);
      expect(runs).toBe(1);
    });

    it('is refused when its id belongs to another content, running or finished', async () => {
      const gate = new Gate();
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, async () => {
          runs++;
          await gate.opened;
          return { orderId: 'o1' };
        }),
      );
      const mismatch = { code: 'CATGA_IDEMPOTENCY_MISMATCH', retryable: false };
      const answer = node.mediator.send(new PlaceOrder('c1', 1), { messageId });
      await lab.until(() => runs > 0);
      await expect(node.mediator.send(new PlaceOrder('c1', 2), { messageId })).rejects.toMatchObject(
        mismatch,
      );
      gate.open();
      await answer;
      await expect(node.mediator.send(new PlaceOrder('c1', 2), { messageId })).rejects.toMatchObject(
        mismatch,
      );
      await expect(node.mediator.send(new PlaceOrder('c1', 1), { messageId })).resolves.toEqual({
        orderId: 'o1',
      });
      expect(runs).toBe(1);
    });

    it.each<readonly [string, unknown, unknown]>([
      ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
      ['sets', new Set(['a']), new Set(['b'])],
      ['patterns', /a/, /b/],
      ['a big integer and a number', 1n, 1],
      ['infinities', Infinity, -Infinity],
      ['bytes', new Uint8Array([1]), new Int8Array([1])],
    ])(
      'is refused when its id belongs to another content that JSON makes the same of: %s',
      async (_what, one, other) => {
        let runs = 0;
        const node = await lab.run(lab.node().handleRequest(Import, () => `run ${++runs}`));
        const sent = (data: unknown) => node.mediator.send(new Import({ data }), { messageId });
        await expect(sent(one)).resolves.toBe('run 1');
        await expect(sent(other)).rejects.toMatchObject({ code: 'CATGA_IDEMPOTENCY_MISMATCH' });
        await expect(sent(one)).resolves.toBe('run 1');
      },
    );

    it('is refused, and not run, when its content cannot be told from another one', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(Import, () => `run ${++runs}`));
      for (const data of [() => 1, Symbol('a'), new WeakMap(), Promise.resolve(1)]) {
        await expect(node.mediator.send(new Import({ data }), { messageId })).rejects.toMatchObject({
          code: 'CATGA_SERIALIZATION',
          message: expect.stringContaining("'data.data'"),
        });
      }
      expect(runs).toBe(0);
    });

    it('is known to a node that was started later', async () => {
      const first = await lab.run(
        lab.node({ nodeId: 'first' }).handleRequest(PlaceOrder, () => ({ orderId: 'o1' })),
      );
      await first.mediator.send(new PlaceOrder('c1'), { messageId });
      await lab.whileTimePasses(first.stop());
      const second = await lab.run(
        lab.node({ nodeId: 'second' }).handleRequest(PlaceOrder, () => ({ orderId: 'again' })),
      );
      await expect(second.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
        orderId: 'o1',
      });
    });

    it('is forgotten after idempotency.ttlMs', async () => {
      let runs = 0;
      const node = await lab.run(
        lab
          .node({ idempotency: { ttlMs: 4 * lab.unitMs } })
          .handleRequest(PlaceOrder, () => ({ orderId: `o${++runs}` })),
      );
      await node.mediator.send(new PlaceOrder('c1'), { messageId });
      await lab.pass(6);
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
        orderId: 'o2',
      });
    });

    it('runs again after its handler failed with a retryable error', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, () => {
          if (++runs === 1) throw Object.assign(new Error('no connection'), { retryable: true });
          return { orderId: `o${runs}` };
        }),
      );
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).rejects.toThrow('no connection');
      await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).resolves.toEqual({
        orderId: 'o2',
      });
    });

    it('whose result cannot be encoded says so, each time, and is not run again', async () => {
      let runs = 0;
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, () => {
          runs++;
          return { orderId: 1n };
        }),
      );
      for (let sent = 0; sent < 2; sent++) {
        await expect(node.mediator.send(new PlaceOrder('c1'), { messageId })).rejects.toMatchObject({
          code: 'CATGA_SERIALIZATION',
        });
      }
      expect(runs).toBe(1);
    });
  });
}
