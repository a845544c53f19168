import { EventHandler } from '@catga/nestjs';
import type { IEventHandler } from '@catga/nestjs';
import { Paid, Seen, Shipped } from '../messages/messages.js';
import { Workshop } from './workshop.js';

@EventHandler(Seen)
export class SeenHandler implements IEventHandler<Seen> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Seen): Promise<void> {
    await this.workshop.work(event);
  }
}

@EventHandler(Shipped)
export class ShippedHandler implements IEventHandler<Shipped> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Shipped): Promise<void> {
    await this.workshop.work(event);
  }
}

@EventHandler(Paid)
export class PaidHandler implements IEventHandler<Paid> {
  constructor(private readonly workshop: Workshop) {}

  async handle(event: Paid): Promise<void> {
    await this.workshop.work(event);
  }
}
