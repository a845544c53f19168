import { EventHandler } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { Paid, Seen, Shipped } from '../messages/messages.js';
import { Workshop } from './workshop.js';

@EventHandler(Seen)
export class SeenHandler implements IEventHandler<Seen> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Seen, context: MessageContext): Promise<void> {
    await this.workshop.work(event, context);
  }
}

@EventHandler(Shipped)
export class ShippedHandler implements IEventHandler<Shipped> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Shipped, context: MessageContext): Promise<void> {
    await this.workshop.work(event, context);
  }
}

@EventHandler(Paid)
export class PaidHandler implements IEventHandler<Paid> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Paid, context: MessageContext): Promise<void> {
    await this.workshop.work(event, context);
  }
}
