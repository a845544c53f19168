import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Transport } from '@nestjs/microservices';
import type { TestingModule } from '@nestjs/testing';
import { until } from '@catga/compliance/fixtures';
import { CatgaMediator, MemoryNetwork } from '@catga/nestjs';
import { NatsServer, RedisServer } from '@catga/servers';
import { CatgaBridgeModule } from '../index.js';
import type { CatgaBridgeOptions } from '../index.js';
import { compile } from '../shop.fixture.js';
import {
  AskNobody,
  CountOrders,
  CountOrdersHandler,
  CreateOrder,
  CreateOrderHandler,
  FailPlainly,
  GetStock,
  Ledger,
  OrderPlaced,
  PaymentHandler,
  PaymentReceived,
} from './bridged-messages.fixture.js';
import type { PlainNest, PlainTransport, StartPlainNest } from './plain-nest.fixture.js';

interface Broker {
  readonly transport: PlainTransport;
  stop(): Promise<void>;
}

const BROKERS: Readonly<Record<string, () => Promise<Broker>>> = {
  NATS: async () => {
    const server = await NatsServer.spawn();
    return {
      transport: { transport: Transport.NATS, options: { servers: [server.url] } },
      stop: () => server.stop(),
    };
  },
  Redis: async () => {
    const server = await RedisServer.spawn();
    const { hostname: host, port } = new URL(server.url);
    return {
      transport: { transport: Transport.REDIS, options: { host, port: Number(port) } },
      stop: () => server.stop(),
    };
  },
};

/** What the bridge does with the services of a version of Nest. */
export function bridgeCases(version: string, startPlain: StartPlainNest): void {
  describe.each(Object.entries(BROKERS))(
    `a bridge of two nodes to the transport of ${version} on %s`,
    (name, spawn) => {
      const ledger = new Ledger();
      let broker: Broker;
      let plain: PlainNest;
      let nodes: readonly TestingModule[];
      let mediator: CatgaMediator;

      beforeAll(async () => {
        broker = await spawn();
        const { transport } = broker;
        plain = await startPlain(transport, ledger);
        const engine = new MemoryNetwork();
        const bridge = {
          ...transport,
          receive: [
            CreateOrder,
            PaymentReceived,
            { message: CountOrders, pattern: { cmd: 'count', of: 'orders' } },
          ],
          forward: [{ message: GetStock, pattern: { cmd: 'stock' } }, FailPlainly, OrderPlaced, AskNobody],
        } as CatgaBridgeOptions;
        const bridges = ['one', 'two'].map((nodeId) =>
          compile({ engine, nodeId, service: 'bridge' }, { imports: [CatgaBridgeModule.forRoot(bridge)] }),
        );
        const orders = compile(
          { engine, nodeId: 'orders', service: 'orders' },
          {
            providers: [
              CreateOrderHandler,
              CountOrdersHandler,
              PaymentHandler,
              { provide: Ledger, useValue: ledger },
            ],
          },
        );
        nodes = await Promise.all([...bridges, orders]);
        for (const node of nodes) await node.init();
        mediator = nodes[2]!.get(CatgaMediator);
      });

      afterEach(() => {
        ledger.lines.length = 0;
      });

      afterAll(async () => {
        for (const node of nodes.slice(1)) await node.close();
        await plain.close();
        await broker.stop();
      });

      const create = (id: string): Promise<unknown> => plain.send('orders.create', { id });

      it('takes each request of a plain client to its handler once', async () => {
        const ids = Array.from({ length: 20 }, (_, index) => `o${index}`);
        await expect(Promise.all(ids.map(create))).resolves.toEqual(ids.map((id) => `created ${id}`));
        expect(ledger.lines.toSorted()).toEqual(ids.map((id) => `created ${id}`).toSorted());
      });

      it('takes each event of a plain client to its handler once, also one that is like the one before', async () => {
        for (const id of ['same', 'same', 'other', 'same']) await plain.emit('payment.received', { id });
        // Requests and events of one client arrive in order; each request makes sure of the events before it.
        await create('last');
        await until(() => ledger.lines.length >= 5);
        expect(ledger.lines.toSorted()).toEqual([
          'created last',
          'paid other',
          'paid same',
          'paid same',
          'paid same',
        ]);
      });

      it('handles a command that a plain client emits, which has no id, and replies to nobody', async () => {
        await plain.emit('orders.create', { id: 'emitted' });
        await until(() => ledger.lines.includes('created emitted'));
        await create('last');
        expect(ledger.lines).toEqual(['created emitted', 'created last']);
      });

      it('drops keys of a payload that reach a prototype', async () => {
        const hostile = '{"id":"clean","__proto__":{"id":"x"},"constructor":{"prototype":{}}}';
        await expect(plain.send('orders.create', JSON.parse(hostile))).resolves.toBe('created clean');
      });

      it('takes a request by a pattern with fields, whose data is no object', async () => {
        await expect(plain.send({ of: 'orders', cmd: 'count' }, 'tea')).resolves.toBe('tea: 7');
      });

      it.each([
        ['rpc text', { status: 'error', message: 'sold out' }],
        ['rpc object', { sku: 'a', message: 'sold out' }],
        ['http', { status: 'error', statusCode: 404, message: 'no such order', error: 'Not Found' }],
        [
          'http object',
          { status: 'error', statusCode: 400, message: 'Bad Request Exception', fields: ['sku'] },
        ],
        [
          'catga',
          { status: 'error', code: 'CATGA_RATE_LIMITED', message: 'too many orders', retryable: true },
        ],
        [
          'invalid',
          {
            status: 'error',
            code: 'CATGA_VALIDATION_FAILED',
            message: 'not like this',
            retryable: false,
            issues: [{ path: 'sku', message: 'too short' }],
          },
        ],
        ['other', { status: 'error', message: 'Internal server error' }],
      ])('takes an error of a handler to a plain client: %s', async (kind, expected) => {
        await expect(create(`fail: ${kind}`)).rejects.toEqual(expected);
      });

      it('takes a request of the mediator to a plain server', async () => {
        await expect(mediator.send(new GetStock('a'))).resolves.toEqual({ sku: 'a', left: 7 });
      });

      it('takes an event of the mediator to a plain server once', async () => {
        await mediator.publish(new OrderPlaced('o1'));
        await mediator.publish(new OrderPlaced('o2'));
        await mediator.send(new GetStock('a'));
        await until(() => ledger.lines.length >= 2);
        expect(ledger.lines.toSorted()).toEqual(['plain heard o1', 'plain heard o2']);
      });

      it.each([
        ['rpc text', { error: { status: 'error', message: 'sold out' }, message: 'sold out' }],
        ['rpc object', { error: { sku: 'a', message: 'sold out' }, message: 'sold out' }],
        ['status', { status: 409, message: 'sold out' }],
        ['code', { code: 'CATGA_OVERLOADED', message: 'too busy', retryable: true }],
        ['hidden http', { error: { status: 'error', message: 'Internal server error' } }],
        ['other', { error: { status: 'error', message: 'Internal server error' } }],
      ])('takes an error of a plain server to the mediator of another node: %s', async (kind, expected) => {
        await expect(mediator.send(new FailPlainly(kind))).rejects.toMatchObject(expected);
      });

      it('says that no plain server is there: at once on NATS, after the timeout on Redis', async () => {
        const code = name === 'NATS' ? 'CATGA_NO_HANDLER' : 'CATGA_TIMEOUT';
        await expect(mediator.send(new AskNobody())).rejects.toMatchObject({ code });
      });

      it('answers every request while one of its nodes stops, and afterwards', async () => {
        const ids = Array.from({ length: 40 }, (_, index) => `s${index}`);
        const before = ids.slice(0, 20).map(create);
        const stopped = nodes[0]!.close();
        const meanwhile = ids.slice(20).map(create);
        await expect(Promise.all([...before, ...meanwhile])).resolves.toEqual(
          ids.map((id) => `created ${id}`),
        );
        await stopped;
        await expect(create('after')).resolves.toBe('created after');
      });
    },
  );
}
