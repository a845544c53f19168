import { Command, Message, Query, ReliableEvent } from '@catga/nestjs';

export interface OrderView {
  readonly orderId: string;
  readonly total: number;
}

export class OrderCreated {
  constructor(readonly orderId: string) {}
}

export class CreateOrder extends Command<OrderCreated> {
  constructor(readonly customerId: string) {
    super();
  }
}

export class CancelOrder extends Command {
  constructor(
    readonly orderId: string,
    readonly reason: string,
  ) {
    super();
  }
}

export class GetOrder extends Query<OrderView> {
  constructor(readonly orderId: string) {
    super();
  }
}

export class CustomerSignedIn {
  constructor(readonly customerId: string) {}
}

@ReliableEvent()
@Message({ name: 'orders.shipped.v1', key: (event: OrderShipped) => event.orderId })
export class OrderShipped {
  constructor(
    readonly orderId: string,
    readonly carrier: string,
  ) {}
}
