import { describe, expect, it } from '@jest/globals';
import { Command, Message } from '@catga/core';
import type { Lab } from '../lab.js';

/** Business error that callers catch by its class. */
export class InsufficientFunds extends Error {
  static readonly wireName = 'billing.insufficient-funds';
  override readonly name = 'InsufficientFunds';

  constructor(readonly missing: { readonly cents: number }) {
    super(`${missing.cents} are missing`);
  }

  get isSmall(): boolean {
    return this.missing.cents < 100;
  }
}

@Message({ errors: [InsufficientFunds] })
export class Withdraw extends Command<number> {
  constructor(readonly cents: number) {
    super();
  }
}

/** Expects an instance of the class with its own data. */
export function expectInsufficientFunds(thrown: unknown): void {
  expect(thrown).toBeInstanceOf(InsufficientFunds);
  expect(thrown).toMatchObject({ message: '5 are missing', missing: { cents: 5 }, isSmall: true });
}

/** Declared errors keep their class, in replies and in recorded outcomes. */
export function declaredErrors(lab: Lab): void {
  const bank = (): ReturnType<Lab['node']> =>
    lab.node().handleRequest(Withdraw, (command) => {
      throw new InsufficientFunds({ cents: (command as Withdraw).cents });
    });

  describe('an error that its message declares', () => {
    it('is of its class for the caller, and for a caller who repeats the id', async () => {
      const node = await lab.run(bank());
      const send = (messageId?: string): Promise<unknown> =>
        node.mediator
          .send(new Withdraw(5), messageId === undefined ? {} : { messageId })
          .catch((thrown: unknown) => thrown);
      expectInsufficientFunds(await lab.whileTimePasses(send()));
      expectInsufficientFunds(await lab.whileTimePasses(send('w1')));
      expectInsufficientFunds(await lab.whileTimePasses(send('w1')));
    });

    if (lab.harness.capabilities.queues) {
      it('is of its class in the outcome of a queued command', async () => {
        const node = await lab.run(bank());
        const receipt = await node.mediator.enqueue(new Withdraw(5), { keepOutcome: true });
        const outcome = await lab.whileTimePasses(receipt.outcome());
        expectInsufficientFunds(outcome.ok ? undefined : outcome.error);
      });
    }
  });
}
