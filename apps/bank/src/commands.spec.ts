import { UnprocessableEntityException } from '@nestjs/common';
import { decisionTest } from '@catga/testing/event-sourcing';
import { expect, it } from '@jest/globals';
import { Account, Deposited, Withdrawn } from './account.js';
import { Withdraw, WithdrawHandler } from './commands.js';

it('takes no more from an account than it has', async () => {
  const account = decisionTest(new WithdrawHandler()).given(new Deposited(100), new Withdrawn(30));
  await account.when(new Withdraw('a', 70)).thenEvents(new Withdrawn(70));
  await account.when(new Withdraw('a', 71)).thenError(UnprocessableEntityException);
  expect(new Account()).toEqual({ balance: 0 });
});
