import { Body, Controller, DefaultValuePipe, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { CreateOrder, GetOrder, ShipOrder } from '@catga/contracts';
import type { OrderCreated, OrderDispatched, OrderView } from '@catga/contracts';
import { IdempotencyKey } from './idempotency-key.decorator.js';

/** Request body; validated by the schema of {@link CreateOrder}. */
type CreateOrderBody = Pick<CreateOrder, 'customerId' | 'lines'>;

@Controller('orders')
export class OrdersController {
  constructor(private readonly mediator: CatgaMediator) {}

  @Post()
  create(
    @Body(new DefaultValuePipe({})) { customerId, lines }: CreateOrderBody,
    @IdempotencyKey() key: string | undefined,
  ): Promise<OrderCreated> {
    // A message id names one message of the whole system, so a client's key gets a prefix.
    const options = key === undefined ? undefined : { messageId: `create-order:${key}` };
    return this.mediator.send(new CreateOrder(customerId, lines), options);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<OrderView> {
    return this.mediator.send(new GetOrder(id));
  }

  @Post(':id/ship')
  @HttpCode(202)
  ship(@Param('id') id: string): Promise<OrderDispatched> {
    return this.mediator.send(new ShipOrder(id));
  }
}
