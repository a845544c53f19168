import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsDate, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { start, stillClock } from '../application.fixture.js';
import {
  CatgaDeadLetters,
  CatgaMediator,
  Command,
  EventHandler,
  MemoryNetwork,
  ReliableEvent,
  RequestHandler,
} from '../index.js';

class Line {
  @IsString() readonly sku!: string;
  @IsInt() @Min(1) readonly quantity!: number;
  get isLarge(): boolean {
    return this.quantity > 100;
  }
}

abstract class Payment {
  readonly kind!: string;
}
class Card extends Payment {
  @IsString() readonly number!: string;
}
class Invoice extends Payment {
  @IsInt() readonly days!: number;
}

class Order {
  @ValidateNested({ each: true }) @Type(() => Line) readonly lines!: readonly Line[];
  @IsDate() @Type(() => Date) readonly due!: Date;
  @ValidateNested()
  @Type(() => Payment, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { name: 'card', value: Card },
        { name: 'invoice', value: Invoice },
      ],
    },
  })
  readonly payment!: Payment;
  @IsString() @Transform(({ value }: { value: string }) => value.trim()) readonly note!: string;
}

let constructed = 0;

class PlaceOrder extends Command<string> {
  @ValidateNested() @Type(() => Order) readonly order: Order;
  constructor(order: object) {
    super();
    constructed++;
    this.order = order as Order;
  }
}

@ReliableEvent()
class OrderPlaced {
  @ValidateNested() @Type(() => Order) readonly order: Order;
  constructor(order: object) {
    this.order = order as Order;
  }
}

const orderOf = () => ({
  lines: [{ sku: 'tea', quantity: 200 }],
  due: new Date(0),
  payment: { kind: 'card', number: '42' },
  note: ' soon ',
});
const ORDER = orderOf();
const WRONG = { ...ORDER, lines: [{ sku: 'tea', quantity: 0 }], payment: { kind: 'invoice', days: 'ten' } };
const PROBLEMS = {
  code: 'CATGA_VALIDATION_FAILED',
  details: {
    issues: [
      { path: 'order.lines.0.quantity', message: expect.any(String) as unknown },
      { path: 'order.payment.days', message: expect.any(String) as unknown },
    ],
  },
};

/** What a handler sees of an order. */
function seenOf({ order }: { readonly order: Order }): string {
  const [line] = order.lines;
  const facts = [order instanceof Order, line instanceof Line, line?.isLarge, order.due instanceof Date];
  return `${facts.join(' ')} ${order.payment.constructor.name} '${order.note}'`;
}
const SEEN = "true true true true Card 'soon'";

@Injectable()
class Shop {
  readonly placed: string[] = [];

  @RequestHandler(PlaceOrder)
  place(command: PlaceOrder): string {
    return `${command instanceof PlaceOrder} ${seenOf(command)}`;
  }

  @EventHandler(OrderPlaced)
  onPlaced(event: OrderPlaced): void {
    this.placed.push(seenOf(event));
  }
}

describe('a message whose nested objects class-validator and class-transformer describe', () => {
  it('is of its classes and valid in one process, and the object of its sender stays as it is', async () => {
    const module = await start({ providers: [Shop] });
    const mediator = module.get(CatgaMediator);
    const order = orderOf();
    await expect(mediator.send(new PlaceOrder(order))).resolves.toBe(`true ${SEEN}`);
    expect(order).toEqual(orderOf());
    await expect(mediator.send(new PlaceOrder(WRONG))).rejects.toMatchObject(PROBLEMS);
    await module.close();
  });

  it('is of its classes and valid between nodes, and no constructor of the message runs', async () => {
    const engine = new MemoryNetwork();
    const shop = await start({ providers: [Shop], options: { engine, nodeId: 'shop' } });
    const gateway = await start({ options: { engine, nodeId: 'gateway' } });
    const mediator = gateway.get(CatgaMediator);
    const command = new PlaceOrder(ORDER);
    const before = constructed;
    await expect(mediator.send(command)).resolves.toBe(`true ${SEEN}`);
    expect(constructed).toBe(before);
    await expect(mediator.send(new PlaceOrder(WRONG))).rejects.toMatchObject(PROBLEMS);
    await gateway.close();
    await shop.close();
  });

  it('is of its classes and valid when it comes out of a store, and a dead letter if it is invalid', async () => {
    const services = stillClock();
    const module = await start({ providers: [Shop], services });
    const mediator = module.get(CatgaMediator);
    await mediator.publish(new OrderPlaced(ORDER));
    await mediator.publish(new OrderPlaced(WRONG));
    await services.clock.advance(10);
    expect(module.get(Shop).placed).toEqual([SEEN]);
    await expect(module.get(CatgaDeadLetters).list()).resolves.toMatchObject({
      items: [{ error: { code: 'CATGA_VALIDATION_FAILED' }, attempts: 1 }],
    });
    await module.close();
  });
});
