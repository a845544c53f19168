import { EventHandler, ReliableEvent } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { CustomerSignedIn, OrderShipped } from './messages.js';

@EventHandler(OrderShipped)
export class Complete implements IEventHandler<OrderShipped> {
  async handle(_event: OrderShipped, _context: MessageContext): Promise<void> {}
}

@EventHandler(OrderShipped, CustomerSignedIn)
export class SeveralEvents {
  async handle(_event: OrderShipped | CustomerSignedIn): Promise<void> {}
}

@EventHandler(CustomerSignedIn, { scope: 'node' })
export class EveryNode {
  handle(_event: CustomerSignedIn): void {}
}

// @ts-expect-error handles another event
@EventHandler(CustomerSignedIn)
export class AnotherEvent {
  async handle(_event: OrderShipped): Promise<void> {}
}

// @ts-expect-error handles only the first of its events
@EventHandler(CustomerSignedIn, OrderShipped)
export class OnlyTheFirst {
  async handle(_event: CustomerSignedIn): Promise<void> {}
}

// @ts-expect-error has no `handle`
@EventHandler(CustomerSignedIn)
export class NoHandle {
  async on(_event: CustomerSignedIn): Promise<void> {}
}

// @ts-expect-error there is no such scope
@EventHandler(CustomerSignedIn, { scope: 'cluster' })
export class UnknownScope {
  async handle(_event: CustomerSignedIn): Promise<void> {}
}

export class WrongImplements implements IEventHandler<CustomerSignedIn> {
  // @ts-expect-error the interface alone refuses another event, too
  async handle(_event: OrderShipped): Promise<void> {}
}

// @ts-expect-error a reliable event is of QoS 1 or 2
@ReliableEvent({ qos: 0 })
export class NotReliable {}
