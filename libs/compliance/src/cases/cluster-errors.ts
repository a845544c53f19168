import { CatgaError } from '@catga/core';
import type { ErrorTranslator } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { GetOrder, PlaceOrder, Refund } from '../messages.js';
import { STRANGE_ERRORS } from '../strange-errors.js';
import { InsufficientFunds, Withdraw, expectInsufficientFunds } from './declared-errors.js';

/** Error as an HTTP framework throws it. */
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

/** Errors of handlers on another node. */
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

    it('arrives as a CatgaError with the same code, message and details', async () => {
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

    it('arrives as an instance of the class that its message declares', async () => {
      const gateway = lab.member('gateway');
      const bank = lab.member('bank').handleRequest(Withdraw, () => {
        throw new InsufficientFunds({ cents: 5 });
      });
      await lab.start(gateway, bank);
      expectInsufficientFunds(await thrownBy(gateway.mediator.send(new Withdraw(5))));
      const messageId = 'w1';
      expectInsufficientFunds(await thrownBy(gateway.mediator.send(new Withdraw(5), { messageId })));
      expectInsufficientFunds(await thrownBy(gateway.mediator.send(new Withdraw(5), { messageId })));
      const [result] = await lab.whileTimePasses(gateway.mediator.sendBatch([new Withdraw(5)]));
      expectInsufficientFunds(result?.ok === false ? result.error : undefined);
    });

    it('arrives with its causes, and with what it holds', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(GetOrder, () => {
        const cause = new Error('no card', { cause: 'expired' });
        throw new AggregateError([new RangeError('far')], 'not charged', { cause });
      });
      await lab.start(gateway, orders);
      const error = await thrownBy(gateway.mediator.send(new GetOrder('o1')));
      expect(error).toMatchObject({
        name: 'AggregateError',
        message: 'not charged',
        errors: [{ name: 'RangeError', message: 'far' }],
        cause: { message: 'no card', cause: { message: 'expired' } },
      });
    });

    it('arrives, whatever was thrown', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(GetOrder, (query) => {
        throw STRANGE_ERRORS[Number((query as GetOrder).orderId)]![1]();
      });
      await lab.start(gateway, orders);
      for (const [index, [what, , told]] of STRANGE_ERRORS.entries()) {
        const error = await thrownBy(gateway.mediator.send(new GetOrder(String(index))));
        expect({ what, error }).toMatchObject({ what, error: told });
        expect(error).toBeInstanceOf(Error);
      }
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
