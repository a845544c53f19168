// A user's application, compiled and run outside the workspace against the packed tarballs (scripts/check-consumer.mjs).
import 'reflect-metadata';
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CatgaMediator,
  CatgaModule,
  CatgaOutbox,
  Command,
  EventHandler,
  Message,
  Query,
  ReliableEvent,
  RequestHandler,
} from '@catga/nestjs';
import { fileOutbox } from '@catga/outbox-file';
import type { IEventHandler, IRequestHandler, MessageContext } from '@catga/nestjs';

class OrderCreated {
  constructor(readonly orderId: string) {}
}

class CreateOrder extends Command<OrderCreated> {
  constructor(readonly customerId: string) {
    super();
  }
}

class CountOrders extends Query<number> {}

class CustomerSignedIn {
  constructor(readonly customerId: string) {}
}

@ReliableEvent()
@Message({ name: 'orders.shipped.v1' })
class OrderShipped {
  constructor(readonly orderId: string) {}
}

@Injectable()
class OrderRepository {
  readonly orders: string[] = [];

  add(customerId: string): string {
    this.orders.push(customerId);
    return `order-${this.orders.length}`;
  }
}

@Injectable()
class Mailbox {
  readonly mails: string[] = [];
}

@RequestHandler(CreateOrder)
class CreateOrderHandler implements IRequestHandler<CreateOrder> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(command: CreateOrder, context: MessageContext): Promise<OrderCreated> {
    ok(context.messageId.length > 0);
    return new OrderCreated(this.orders.add(command.customerId));
  }
}

@RequestHandler(CountOrders)
class CountOrdersHandler implements IRequestHandler<CountOrders> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(): Promise<number> {
    return this.orders.orders.length;
  }
}

@EventHandler(CustomerSignedIn)
class WelcomeCustomer implements IEventHandler<CustomerSignedIn> {
  constructor(private readonly mailbox: Mailbox) {}

  async handle(event: CustomerSignedIn): Promise<void> {
    this.mailbox.mails.push(`welcome ${event.customerId}`);
  }
}

@EventHandler(OrderShipped)
class SendShippingMail implements IEventHandler<OrderShipped> {
  constructor(private readonly mailbox: Mailbox) {}

  async handle(event: OrderShipped, context: MessageContext): Promise<void> {
    strictEqual(context.attempt, 1);
    this.mailbox.mails.push(`shipped ${event.orderId}`);
  }
}

@Module({
  imports: [
    CatgaModule.forRoot({ outbox: fileOutbox({ path: mkdtempSync(join(tmpdir(), 'catga-consumer-')) }) }),
  ],
  providers: [
    OrderRepository,
    Mailbox,
    CreateOrderHandler,
    CountOrdersHandler,
    WelcomeCustomer,
    SendShippingMail,
  ],
})
class AppModule {}

async function eventually(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  const mediator = app.get(CatgaMediator);

  const created: OrderCreated = await mediator.send(new CreateOrder('c1'));
  strictEqual(created.orderId, 'order-1');
  strictEqual(await mediator.send(new CountOrders()), 1);
  // @ts-expect-error a count is not an order: proof that the types of the tarball were found
  const wrong: OrderCreated = await mediator.send(new CountOrders());
  strictEqual(wrong, 1);

  await mediator.publish(new CustomerSignedIn('c1'));
  await mediator.publish(new OrderShipped(created.orderId));
  const { mails } = app.get(Mailbox);
  await eventually(() => mails.length === 2);
  deepStrictEqual([...mails].sort(), ['shipped order-1', 'welcome c1']);

  deepStrictEqual(await app.get(CatgaOutbox).counts(), { waiting: 0, parked: 0 });

  await app.close();
  console.log('consumer ok');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
