import 'reflect-metadata';
import { Controller, NotFoundException } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { RequestHandler, EventHandler, Command, Message, Query } from '@catga/nestjs';
import { failure } from '../shop.fixture.js';

/** What the services of a test have done, in order. */
export class Ledger {
  readonly lines: string[] = [];
}

/** A controller of a service that knows nothing of Catga. */
@Controller()
export class PlainController {
  constructor(private readonly ledger: Ledger) {}

  @MessagePattern({ cmd: 'stock' })
  stock(@Payload() { sku }: { readonly sku: string }): { readonly sku: string; readonly left: number } {
    return { sku, left: 7 };
  }

  @MessagePattern('plain.fail')
  fail(@Payload() { kind }: { readonly kind: string }): never {
    if (kind === 'status') throw new RpcException({ statusCode: 409, message: 'sold out' });
    if (kind === 'code')
      throw new RpcException({ code: 'CATGA_OVERLOADED', message: 'too busy', retryable: true });
    if (kind === 'hidden http') throw new NotFoundException('hidden by Nest');
    throw failure(kind);
  }

  @EventPattern('orders.placed')
  placed(@Payload() { id }: { readonly id: string }): void {
    this.ledger.lines.push(`plain heard ${id}`);
  }
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
