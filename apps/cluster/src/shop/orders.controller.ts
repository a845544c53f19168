import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import { CardEntered, OrderCheckedOut } from '@catga/contracts';
import { CatgaMediator } from '@catga/nestjs';
import { CatgaSagas } from '@catga/sagas';
import type { SagaStatus } from '@catga/sagas';
import { FULFILMENT } from '../fulfilment-node/fulfilment.saga.js';
import { Journal } from './journal.js';

/** An order and how far it is. */
interface OrderView {
  readonly orderId: string;
  readonly status: SagaStatus;
  /** Why it was undone. */
  readonly reason?: string;
  /** What the services did for it, in order. */
  readonly done: readonly string[];
}

/** The shop over HTTP. It only publishes what customers do; whatever follows from it is the saga's affair. */
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly mediator: CatgaMediator,
    private readonly sagas: CatgaSagas,
    private readonly journal: Journal,
  ) {}

  @Post(':id')
  @HttpCode(202)
  async checkOut(
    @Param('id') orderId: string,
    @Body('item') item = 'tea',
  ): Promise<Pick<OrderView, 'orderId'>> {
    await this.mediator.publish(new OrderCheckedOut(orderId, item), { messageId: `checked-out-${orderId}` });
    return { orderId };
  }

  @Post(':id/card')
  @HttpCode(202)
  async enterCard(@Param('id') orderId: string): Promise<Pick<OrderView, 'orderId'>> {
    await this.mediator.publish(new CardEntered(orderId));
    return { orderId };
  }

  @Get(':id')
  async get(@Param('id') orderId: string): Promise<OrderView> {
    const saga = await this.sagas.get(FULFILMENT, orderId);
    if (saga === undefined) throw new NotFoundException(`There is no order '${orderId}' yet.`);
    const { status, reason } = saga;
    return { orderId, status, ...(reason !== undefined && { reason }), done: this.journal.of(orderId) };
  }
}
