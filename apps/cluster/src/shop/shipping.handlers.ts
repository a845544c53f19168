import { Injectable } from '@nestjs/common';
import { BookParcel } from '@catga/contracts';
import { RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { Journal } from './journal.js';

const TOO_HEAVY = 'piano';

@Injectable()
export class ShippingHandlers {
  constructor(private readonly journal: Journal) {}

  @RequestHandler(BookParcel)
  async book({ orderId, item }: BookParcel, context: MessageContext): Promise<void> {
    if (item === TOO_HEAVY) throw new Error(`No carrier takes a ${item}.`);
    this.journal.add(orderId, 'parcel booked', context);
  }
}
