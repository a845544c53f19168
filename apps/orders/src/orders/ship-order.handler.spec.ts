import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConflictException, NotFoundException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaMediator } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import type { MessageContext } from '@catga/nestjs';
import { OrderShipped, ShipOrder } from '@catga/contracts';
import { placeOrder } from './order.js';
import { InMemoryOrderRepository } from './in-memory-order.repository.js';
import { OrderRepository } from './order.repository.js';
import { ShipOrderHandler } from './ship-order.handler.js';

describe('ShipOrderHandler', () => {
  let app: TestingModule;
  let mediator: CatgaMediator;
  let orders: OrderRepository;
  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [{ provide: OrderRepository, useClass: InMemoryOrderRepository }, ShipOrderHandler],
    }).compile();
    app.useLogger(false);
    await app.init();
    mediator = app.get(CatgaMediator);
    orders = app.get(OrderRepository);
    await orders.add(placeOrder('o1', 'c1', [{ sku: 'tea', quantity: 1, price: 350 }]));
  });
  afterEach(() => app.close());

  it('ships the order and publishes OrderShipped under an id of the order', async () => {
    expect(await mediator.send(new ShipOrder('o1'))).toEqual({ orderId: 'o1', status: 'shipped' });
    expect(app.get(CatgaTesting).recorded(OrderShipped)).toEqual([
      expect.objectContaining({
        message: new OrderShipped('o1', 'c1', expect.any(String) as unknown as string),
        options: expect.objectContaining({ messageId: 'shipped-o1' }),
      }),
    ]);
  });

  it('ships once: of two at the same time, one meets a conflict', async () => {
    const results = await mediator.sendBatch([new ShipOrder('o1'), new ShipOrder('o1')]);
    expect(results).toEqual([
      { ok: true, value: { orderId: 'o1', status: 'shipped' } },
      { ok: false, error: expect.any(ConflictException) },
    ]);
    expect(app.get(CatgaTesting).published(OrderShipped)).toHaveLength(1);
  });

  it('does not find an order that nobody placed', async () => {
    await expect(mediator.send(new ShipOrder('o2'))).rejects.toBeInstanceOf(NotFoundException);
  });

  it('leaves the order to be shipped again if the event could not be stored', async () => {
    // A handler is a class with a method: a test may call it with a context of its own.
    const publish = jest.fn<MessageContext['publish']>().mockRejectedValueOnce(new Error('the log is full'));
    const context = { publish } as unknown as MessageContext;
    const handler = app.get(ShipOrderHandler);
    await expect(handler.handle(new ShipOrder('o1'), context)).rejects.toThrow('the log is full');
    expect(await orders.find('o1')).toMatchObject({ status: 'placed' });
  });
});
