import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import type { OrderView } from './messages.js';
import { CancelOrder, CreateOrder, GetOrder, OrderCreated } from './messages.js';

@RequestHandler(CreateOrder)
export class Complete implements IRequestHandler<CreateOrder> {
  async handle(command: CreateOrder, context: MessageContext): Promise<OrderCreated> {
    return new OrderCreated(`${command.customerId} ${context.attempt}`);
  }
}

@RequestHandler(CreateOrder)
export class OnlyTheMessage {
  async handle(command: CreateOrder): Promise<OrderCreated> {
    return new OrderCreated(command.customerId);
  }
}

@RequestHandler(GetOrder)
export class Synchronous {
  handle(query: GetOrder): OrderView {
    return { orderId: query.orderId, total: 0 };
  }
}

@RequestHandler(GetOrder)
export class QueryOfAMapper implements IRequestHandler<GetOrder> {
  constructor(private readonly orders: (id: string) => PromiseLike<OrderView>) {}

  handle(query: GetOrder): PromiseLike<OrderView> {
    return this.orders(query.orderId);
  }
}

@RequestHandler(CancelOrder)
export class NoResult implements IRequestHandler<CancelOrder> {
  async handle(): Promise<void> {}
}

@RequestHandler(CreateOrder)
export class WithDependencies {
  constructor(private readonly prefix: string) {}

  async handle(command: CreateOrder): Promise<OrderCreated> {
    return new OrderCreated(this.prefix + command.customerId);
  }
}

// @ts-expect-error handles another request
@RequestHandler(CreateOrder)
export class AnotherRequest {
  async handle(query: GetOrder): Promise<OrderCreated> {
    return new OrderCreated(query.orderId);
  }
}

// @ts-expect-error returns another result
@RequestHandler(CreateOrder)
export class AnotherResult {
  async handle(command: CreateOrder): Promise<number> {
    return command.customerId.length;
  }
}

// @ts-expect-error returns nothing where a result is due
@RequestHandler(GetOrder)
export class MissingResult {
  async handle(_query: GetOrder): Promise<void> {}
}

// @ts-expect-error has no `handle`
@RequestHandler(CreateOrder)
export class NoHandle {
  async execute(command: CreateOrder): Promise<OrderCreated> {
    return new OrderCreated(command.customerId);
  }
}

// @ts-expect-error the second parameter is the context
@RequestHandler(CreateOrder)
export class AnotherContext {
  async handle(command: CreateOrder, attempt: number): Promise<OrderCreated> {
    return new OrderCreated(`${command.customerId} ${attempt}`);
  }
}

export class WrongImplements implements IRequestHandler<GetOrder> {
  // @ts-expect-error the interface alone refuses another result, too
  async handle(_query: GetOrder): Promise<OrderCreated> {
    return new OrderCreated('');
  }
}

// @ts-expect-error a plain class is not a request
@RequestHandler(OrderCreated)
export class NotARequest {
  async handle(_event: OrderCreated): Promise<void> {}
}
