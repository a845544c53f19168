import { CatgaRequest, Command, Message, Query, ReliableEvent } from '@catga/core';
import type { MessageOptions } from '@catga/core';

/** QoS 1 by default. */
export class PlaceOrder extends Command<{ readonly orderId: string }> {
  constructor(
    readonly customerId: string,
    readonly quantity = 1,
  ) {
    super();
  }
}

/** QoS 1; carries any data. */
export class Import extends Command<string> {
  constructor(readonly data: unknown) {
    super();
  }
}

/** QoS 1; another command, for handlers to send. */
export class ReserveStock extends Command {
  constructor(readonly sku: string) {
    super();
  }
}

/** Command of QoS 2, always run under an idempotency record. */
@Message({ qos: 2 })
export class ChargeCard extends Command<unknown> {
  constructor(readonly amount: number) {
    super();
  }
}

/** QoS 0 by default. */
export class GetOrder extends Query<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

/** Plain event, QoS 0. */
export class CartViewed {
  constructor(readonly customerId: string) {}
}

/** Reliable event. */
@ReliableEvent()
@Message({ name: 'orders.placed.v1', key: 'orderId' })
export class OrderPlaced {
  constructor(
    readonly orderId: string | undefined,
    readonly total = 0,
  ) {}
}

/** Reliable event of QoS 2. */
@ReliableEvent({ qos: 2 })
@Message({ name: 'payments.taken.v1' })
export class PaymentTaken {
  constructor(readonly paymentId: string) {}
}

/** Another event of QoS 2, for handlers of several events. */
@ReliableEvent({ qos: 2 })
@Message({ name: 'payments.returned.v1' })
export class PaymentReturned {
  constructor(readonly paymentId: string) {}
}

/** Refuses a total below 0. */
const totalSchema: MessageOptions['schema'] = {
  '~standard': {
    version: 1,
    vendor: 'compliance',
    validate: (value) =>
      (value as RefundDue).total < 0
        ? { issues: [{ message: 'must not be negative', path: ['total'] }] }
        : { value },
  },
};

/** Validated reliable event. */
@ReliableEvent()
@Message({ schema: totalSchema })
export class RefundDue {
  constructor(readonly total: number) {}
}

/** Validated command. */
@Message({ schema: totalSchema })
export class Refund extends Command<string> {
  constructor(readonly total: number) {
    super();
  }
}

/** Request without a handler. */
export class Unheard extends CatgaRequest<void> {}
