import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { LoggerService, Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { Command, EventHandler, Query, ReliableEvent, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler, MessageContext } from '@catga/nestjs';
import { CatgaTestingModule } from './index.js';

export class PlaceOrder extends Command<string> {
  constructor(readonly sku: string) {
    super();
  }
}

export class CountOrders extends Query<number> {}

/** A plain event. */
export class CustomerSeen {
  constructor(readonly name: string) {}
}

@ReliableEvent()
export class OrderPlaced {
  constructor(readonly sku: string) {}
}

/** What the handlers under test did. */
@Injectable()
export class Ledger {
  readonly lines: string[] = [];
}

@RequestHandler(PlaceOrder)
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  constructor(private readonly ledger: Ledger) {}

  async handle({ sku }: PlaceOrder, context: MessageContext): Promise<string> {
    this.ledger.lines.push(`placed ${sku}`);
    await context.publish(new OrderPlaced(sku), { headers: { via: 'shop' } });
    return `order of ${sku}`;
  }
}

/** Takes only the message: the kernel calls it the short way where nothing stands between. */
@RequestHandler(CountOrders)
export class CountOrdersHandler implements IRequestHandler<CountOrders> {
  constructor(private readonly ledger: Ledger) {}

  handle(_query: CountOrders): number {
    return this.ledger.lines.length;
  }
}

@EventHandler(OrderPlaced)
export class WriteMail implements IEventHandler<OrderPlaced> {
  constructor(private readonly ledger: Ledger) {}

  handle({ sku }: OrderPlaced): void {
    this.ledger.lines.push(`mailed ${sku}`);
  }
}

export const SHOP: readonly Provider[] = [Ledger, PlaceOrderHandler, CountOrdersHandler, WriteMail];

const nothing = (): void => {};

/** Failures are what some of these tests are about. */
export const SILENT: LoggerService = { log: nothing, warn: nothing, error: nothing, fatal: nothing };

/** An initialised testing module with these providers. */
export async function shop(
  providers: readonly Provider[] = SHOP,
  options?: Parameters<typeof CatgaTestingModule.forRoot>[0],
): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [CatgaTestingModule.forRoot(options)],
    providers: [...providers],
  })
    .setLogger(SILENT)
    .compile();
  return module.init();
}

/** Something that is waited for until it is let go. */
export class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
