import { expect } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsDate, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { Command, EventHandler, ReliableEvent, RequestHandler } from '../index.js';

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

export class PlaceOrder extends Command<string> {
  static constructed = 0;
  @ValidateNested() @Type(() => Order) readonly order: Order;
  constructor(order: object) {
    super();
    PlaceOrder.constructed++;
    this.order = order as Order;
  }
}

@ReliableEvent()
export class OrderPlaced {
  @ValidateNested() @Type(() => Order) readonly order: Order;
  constructor(order: object) {
    this.order = order as Order;
  }
}

/** Plain data, as a controller or a broker has it. */
export const orderOf = () => ({
  lines: [{ sku: 'tea', quantity: 200 }],
  due: new Date(0),
  payment: { kind: 'card', number: '42' },
  note: ' soon ',
});
export const ORDER = orderOf();
export const WRONG = {
  ...ORDER,
  lines: [{ sku: 'tea', quantity: 0 }],
  payment: { kind: 'invoice', days: 'ten' },
};
export const PROBLEMS = {
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
export const SEEN = "true true true true Card 'soon'";

/** Handles orders that are sent, queued and published. */
@Injectable()
export class Shop {
  readonly placed: string[] = [];
  readonly seen: string[] = [];

  @RequestHandler(PlaceOrder)
  place(command: PlaceOrder): string {
    const seen = `${command instanceof PlaceOrder} ${seenOf(command)}`;
    this.seen.push(seen);
    return seen;
  }

  @EventHandler(OrderPlaced)
  onPlaced(event: OrderPlaced): void {
    this.placed.push(seenOf(event));
  }
}
