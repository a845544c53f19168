import { Injectable } from '@nestjs/common';
import { ReleaseItem, ReserveItem } from '@catga/contracts';
import { RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { Journal } from './journal.js';

@Injectable()
export class StockHandlers {
  constructor(private readonly journal: Journal) {}

  @RequestHandler(ReserveItem)
  async reserve({ orderId, item }: ReserveItem, context: MessageContext): Promise<string> {
    this.journal.add(orderId, `${item} reserved`, context);
    return `the shelf of ${item}`;
  }

  @RequestHandler(ReleaseItem)
  async release({ orderId }: ReleaseItem, context: MessageContext): Promise<void> {
    this.journal.add(orderId, 'stock released', context);
  }
}
