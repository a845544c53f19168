import { seconds } from '@catga/sagas';

/** How long the shop waits for a card. */
export class PaymentTerm {
  constructor(readonly ms: number) {}

  /** That of the environment, which the shop gives to the processes that it starts. */
  static fromEnvironment(): PaymentTerm {
    return new PaymentTerm(seconds(Number(process.env.PAYMENT_WITHIN_SECONDS ?? '20')));
  }
}
