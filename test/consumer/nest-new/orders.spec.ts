import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaError, CatgaMediator, CatgaModule } from '@catga/nestjs';
import { msgpack } from '@catga/nestjs/msgpack';
import { nats } from '@catga/nats';
import { fileOutbox } from '@catga/outbox-file';
import { redis } from '@catga/redis';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import { Mailbox, OrderPlaced, PlaceOrder, PlaceOrderHandler, SendReceipt } from './orders';

const providers = [Mailbox, PlaceOrderHandler, SendReceipt];

describe('orders', () => {
  let app: TestingModule | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('places an order and sends the receipt at the second attempt', async () => {
    app = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot({ serializer: msgpack(), retry: { jitter: false } })],
      providers,
    }).compile();
    await app.init();
    const testing = app.get(CatgaTesting);

    await expect(app.get(CatgaMediator).send(new PlaceOrder('c1'))).resolves.toBe('order of c1');
    await testing.settled();
    expect(testing.published(OrderPlaced)).toEqual([new OrderPlaced('order of c1')]);
    expect(testing.failures).toHaveLength(1);
    await testing.advance(100);
    expect(app.get(Mailbox).mails).toEqual(['order of c1']);
  });

  it('runs on the real module as well', async () => {
    app = await Test.createTestingModule({ imports: [CatgaModule.forRoot()], providers }).compile();
    await app.init();
    await expect(app.get(CatgaMediator).send(new PlaceOrder('c2'))).resolves.toBe('order of c2');
  });

  it.each([
    ['NATS', nats({ servers: 'nats://127.0.0.1:1', connectTimeoutMs: 200 })],
    ['Redis', redis({ url: 'redis://127.0.0.1:1', connectTimeoutMs: 200 })],
  ])('loads the engine of %s, which says that its server is away', async (_name, engine) => {
    const far = await Test.createTestingModule({
      imports: [CatgaModule.forRoot({ engine, outbox: fileOutbox({ path: '.outbox' }) })],
      providers,
    }).compile();
    const thrown: unknown = await far.init().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(CatgaError);
    expect((thrown as CatgaError).code).toBe('CATGA_ENGINE_UNAVAILABLE');
  });
});
