import { EventHandler, RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import type { OrderView } from './messages.js';
import { CreateOrder, CustomerSignedIn, GetOrder, OrderCreated, OrderShipped } from './messages.js';

export class Orders {
  @RequestHandler(CreateOrder)
  async create(command: CreateOrder, _context: MessageContext): Promise<OrderCreated> {
    return new OrderCreated(command.customerId);
  }

  @RequestHandler(GetOrder)
  get(query: GetOrder): OrderView {
    return { orderId: query.orderId, total: 0 };
  }

  @EventHandler(OrderShipped, CustomerSignedIn)
  async remember(_event: OrderShipped | CustomerSignedIn): Promise<void> {}

  // @ts-expect-error a method that handles another request
  @RequestHandler(CreateOrder)
  async anotherRequest(query: GetOrder): Promise<OrderCreated> {
    return new OrderCreated(query.orderId);
  }

  // @ts-expect-error a method that returns another result
  @RequestHandler(GetOrder)
  async anotherResult(query: GetOrder): Promise<string> {
    return query.orderId;
  }

  // @ts-expect-error a method that handles another event
  @EventHandler(CustomerSignedIn)
  async anotherEvent(_event: OrderShipped): Promise<void> {}

  // @ts-expect-error a property is not a method
  @RequestHandler(CreateOrder)
  readonly notAMethod = 1;
}
