import { CatgaError } from '@catga/core';
import type { ErrorTranslator } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { GetOrder, PlaceOrder, Refund } from '../messages.js';

/** What an HTTP framework throws. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly response: unknown,
  ) {
    super('http');
  }
}

const httpErrors: ErrorTranslator = {
  type: 'http',
  encode: (error) =>
    error instanceof HttpError ? { data: { status: error.status, response: error.response } } : undefined,
  decode({ data }) {
    const { status, response } = data as { readonly status: number; readonly response: unknown };
    return new HttpError(status, response);
  },
};

/** What a handler throws reaches the caller on another node. */
export function clusterErrors(lab: ClusterLab): void {
  const thrownBy = (sent: Promise<unknown>): Promise<unknown> =>
    lab.whileTimePasses(
      sent.then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    );

  describe('an error of a handler on another node', () => {
    it('arrives with its name, message and code, and without its stack', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(PlaceOrder, function secretPlace() {
        throw Object.assign(new RangeError('sold out'), { code: 'E_SOLD_OUT' });
      });
      await lab.start(gateway, orders);
      const error = await thrownBy(gateway.mediator.send(new PlaceOrder('c1')));
      expect(error).toMatchObject({ name: 'RangeError', message: 'sold out', code: 'E_SOLD_OUT' });
      expect((error as Error).stack).not.toContain('secretPlace');
    });

    it('arrives as the same CatgaError, with what it says', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(GetOrder, () => {
        throw new CatgaError('CATGA_UNSUPPORTED', 'not this order', { details: { orderId: 'o1' } });
      });
      await lab.start(gateway, orders);
      const error = await thrownBy(gateway.mediator.send(new GetOrder('o1')));
      expect(error).toBeInstanceOf(CatgaError);
      expect(error).toMatchObject({
        code: 'CATGA_UNSUPPORTED',
        message: 'not this order',
        details: { orderId: 'o1' },
      });
    });

    it('arrives as the same class where both nodes know how to carry it', async () => {
      const errorTranslators = [httpErrors];
      const gateway = lab.member('gateway', {}, { errorTranslators });
      const orders = lab.member('orders', {}, { errorTranslators }).handleRequest(GetOrder, () => {
        throw new HttpError(404, { message: 'no such order' });
      });
      await lab.start(gateway, orders);
      const error = await thrownBy(gateway.mediator.send(new GetOrder('o1')));
      expect(error).toBeInstanceOf(HttpError);
      expect(error).toMatchObject({ status: 404, response: { message: 'no such order' } });
    });

    it('of validation arrives with its fields, and the handler does not run', async () => {
      let runs = 0;
      const gateway = lab.member('gateway');
      const refunds = lab.member('refunds').handleRequest(Refund, () => String(++runs));
      await lab.start(gateway, refunds);
      await expect(thrownBy(gateway.mediator.send(new Refund(-1)))).resolves.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
        details: { issues: [{ path: 'total', message: 'must not be negative' }] },
      });
      expect(runs).toBe(0);
    });

    it('does not make another node run the request', async () => {
      let runs = 0;
      const gateway = lab.member('gateway');
      const failing = (nodeId: string) =>
        lab.member(nodeId).handleRequest(PlaceOrder, () => {
          runs++;
          throw new Error('no tea left');
        });
      await lab.start(gateway, failing('one'), failing('two'));
      await expect(thrownBy(gateway.mediator.send(new PlaceOrder('c1')))).resolves.toMatchObject({
        message: 'no tea left',
      });
      await lab.pass(10);
      expect(runs).toBe(1);
    });
  });
}
