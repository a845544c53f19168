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

/** QoS 1; holds anything. */
export class Import extends Command<string> {
  constructor(readonly data: unknown) {
    super();
  }
}

/** QoS 1; another command, so that handlers can send it. */
export class ReserveStock extends Command {
  constructor(readonly sku: string) {
    super();
  }
}

/** A command that is always run under a record. */
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

/** A plain event, QoS 0. */
export class CartViewed {
  constructor(readonly customerId: string) {}
}

/** A reliable event. */
@ReliableEvent()
@Message({ name: 'orders.placed.v1', key: 'orderId' })
export class OrderPlaced {
  constructor(
    readonly orderId: string | undefined,
    readonly total = 0,
  ) {}
}

/** A reliable event whose recorded successes are not repeated. */
@ReliableEvent({ qos: 2 })
@Message({ name: 'payments.taken.v1' })
export class PaymentTaken {
  constructor(readonly paymentId: string) {}
}

/** Another one, so that one handler gets two. */
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

/** A reliable event that is validated. */
@ReliableEvent()
@Message({ schema: totalSchema })
export class RefundDue {
  constructor(readonly total: number) {}
}

/** A validated command. */
@Message({ schema: totalSchema })
export class Refund extends Command<string> {
  constructor(readonly total: number) {
    super();
  }
}

/** Nobody handles it. */
export class Unheard extends CatgaRequest<void> {}
