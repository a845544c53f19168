import 'reflect-metadata';
import { RpcException } from '@nestjs/microservices';
import { RequestHandler, EventHandler, Command, Message, Query } from '@catga/nestjs';
import { failure } from '../shop.fixture.js';

/** What the services of a test have done, in order. */
export class Ledger {
  readonly lines: string[] = [];
}

@Message({ name: 'stock.get' })
export class GetStock extends Query<{ readonly sku: string; readonly left: number }> {
  constructor(readonly sku: string) {
    super();
  }
}

@Message({ name: 'plain.fail', errors: [RpcException] })
export class FailPlainly extends Command<never> {
  constructor(readonly kind: string) {
    super();
  }
}

@Message({ name: 'nobody.there', timeoutMs: 300 })
export class AskNobody extends Query<void> {}

@Message({ name: 'orders.placed' })
export class OrderPlaced {
  constructor(readonly id: string) {}
}

@Message({ name: 'orders.create', errors: [RpcException] })
export class CreateOrder extends Command<string> {
  constructor(readonly id: string) {
    super();
  }
}

/** What a client sends that is no object is its value. */
@Message({ name: 'orders.count' })
export class CountOrders extends Query<string> {
  constructor(readonly value: string) {
    super();
  }
}

@RequestHandler(CountOrders)
export class CountOrdersHandler {
  async handle({ value }: CountOrders): Promise<string> {
    return `${value}: 7`;
  }
}

@Message({ name: 'payment.received' })
export class PaymentReceived {
  constructor(readonly id: string) {}
}

@RequestHandler(CreateOrder)
export class CreateOrderHandler {
  constructor(private readonly ledger: Ledger) {}

  async handle({ id }: CreateOrder): Promise<string> {
    const [, kind] = id.split('fail: ');
    if (kind !== undefined) throw failure(kind);
    this.ledger.lines.push(`created ${id}`);
    return `created ${id}`;
  }
}

@EventHandler(PaymentReceived)
export class PaymentHandler {
  constructor(private readonly ledger: Ledger) {}

  handle({ id }: PaymentReceived): void {
    this.ledger.lines.push(`paid ${id}`);
  }
}
