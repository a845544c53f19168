import { setTimeout as work } from 'node:timers/promises';
import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { PlaceOrder } from '@catga/contracts';
import type { EffectReceipt } from '@catga/contracts';
import { Ledger } from '../ledger/ledger.js';

/** Long enough for a kill to find some of them running. */
const WORK_MS = 30;

@RequestHandler(PlaceOrder)
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  constructor(private readonly ledger: Ledger) {}

  async handle(_command: PlaceOrder, { messageId }: MessageContext): Promise<EffectReceipt> {
    await work(WORK_MS);
    return this.ledger.take(messageId);
  }
}
