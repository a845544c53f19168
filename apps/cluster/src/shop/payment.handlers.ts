import { Injectable } from '@nestjs/common';
import { ChargeCard, RefundCard } from '@catga/contracts';
import { RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { Journal } from './journal.js';

@Injectable()
export class PaymentHandlers {
  constructor(private readonly journal: Journal) {}

  @RequestHandler(ChargeCard)
  async charge({ orderId }: ChargeCard, context: MessageContext): Promise<void> {
    this.journal.add(orderId, 'card charged', context);
  }

  @RequestHandler(RefundCard)
  async refund({ orderId }: RefundCard, context: MessageContext): Promise<void> {
    this.journal.add(orderId, 'card refunded', context);
  }
}
