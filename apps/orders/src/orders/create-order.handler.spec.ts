import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaMediator } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import { CreateOrder, OrderPlaced } from '@catga/contracts';
import { CreateOrderHandler } from './create-order.handler.js';
import { InMemoryOrderRepository } from './in-memory-order.repository.js';
import { OrderRepository } from './order.repository.js';

const tea = { sku: 'tea', quantity: 2, price: 350 };

describe('CreateOrderHandler', () => {
  let app: TestingModule;
  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [{ provide: OrderRepository, useClass: InMemoryOrderRepository }, CreateOrderHandler],
    }).compile();
    app.useLogger(false);
    await app.init();
  });
  afterEach(() => app.close());

  it('keeps the order, publishes OrderPlaced and answers with the total', async () => {
    const created = await app.get(CatgaMediator).send(new CreateOrder('c1', [tea, { ...tea, price: 1 }]));
    const { orderId } = created;
    expect(created).toEqual({ orderId, status: 'placed', total: 702 });
    expect(await app.get(OrderRepository).find(orderId)).toMatchObject({
      customerId: 'c1',
      status: 'placed',
    });
    expect(app.get(CatgaTesting).published(OrderPlaced)).toEqual([
      new OrderPlaced(orderId, 'c1', 702, expect.any(String) as unknown as string),
    ]);
  });

  it('is not called for an order without lines', async () => {
    await expect(app.get(CatgaMediator).send(new CreateOrder('c1', []))).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      details: { issues: [{ path: 'lines' }] },
    });
    expect(app.get(CatgaTesting).published()).toEqual([]);
  });

  it('leaves no order behind if the event could not be stored', async () => {
    const orders = app.get(OrderRepository);
    const add = jest.spyOn(orders, 'add');
    // A handler is a class with a method: a test may call it with a context of its own.
    const publish = jest.fn<MessageContext['publish']>().mockRejectedValueOnce(new Error('the log is full'));
    const context = { publish } as unknown as MessageContext;
    const handled = app.get(CreateOrderHandler).handle(new CreateOrder('c1', [tea]), context);
    await expect(handled).rejects.toThrow('the log is full');
    expect(await orders.find(add.mock.calls[0]![0].orderId)).toBeUndefined();
  });
});
