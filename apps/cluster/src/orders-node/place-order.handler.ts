import { setTimeout as work } from 'node:timers/promises';
import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { OrderAccepted, PlaceOrder } from '@catga/contracts';
import type { EffectReceipt } from '@catga/contracts';
import { Ledger } from '../ledger/ledger.js';

/** Long enough for a kill to find some of them running. */
const WORK_MS = 30;

@RequestHandler(PlaceOrder)
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  constructor(private readonly ledger: Ledger) {}

  async handle({ orderId }: PlaceOrder, context: MessageContext): Promise<EffectReceipt> {
    const { messageId } = context;
    await work(WORK_MS);
    // Before the effect, and under the command's id: if it cannot be stored nothing has happened, and a repeat stores it once.
    await context.publish(new OrderAccepted(orderId), { messageId });
    return this.ledger.take(messageId);
  }
}
