import { ServerNats, ServerRedis, Transport } from '@nestjs/microservices';
import { CatgaMediator } from '@catga/nestjs';
import { NatsServer, RedisServer } from '@catga/servers';
import { describe, expect, it } from '@jest/globals';
import { CatgaBridgeModule } from '../index.js';
import type { CatgaBridgeOptions } from '../index.js';
import { compile } from '../shop.fixture.js';
import { CreateOrder, CreateOrderHandler, Ledger, OrderPlaced } from './bridged-messages.fixture.js';

/** Another service of the application. */
class Witness {
  isShutDown = false;

  onApplicationShutdown(): void {
    this.isShutDown = true;
  }
}

interface Broker {
  readonly server: NatsServer | RedisServer;
  readonly transport: CatgaBridgeOptions;
  /** The server of another application. */
  readonly other: ServerNats | ServerRedis;
}

const BROKERS: Readonly<Record<string, () => Promise<Broker>>> = {
  NATS: async () => {
    const server = await NatsServer.spawn();
    const options = { servers: [server.url] };
    return { server, transport: { transport: Transport.NATS, options }, other: new ServerNats(options) };
  },
  Redis: async () => {
    const server = await RedisServer.spawn();
    const options = { port: server.port };
    return { server, transport: { transport: Transport.REDIS, options }, other: new ServerRedis(options) };
  },
};

describe.each(Object.entries(BROKERS))('a bridge whose broker on %s does not answer', (_, spawn) => {
  it('stops all the same, and so does the rest of the application', async () => {
    const { server, transport, other } = await spawn();
    const bridge: CatgaBridgeOptions = { ...transport, receive: [CreateOrder], forward: [OrderPlaced] };
    const module = await compile(
      { shutdown: { drainTimeoutMs: 500 } },
      {
        imports: [CatgaBridgeModule.forRoot(bridge)],
        providers: [CreateOrderHandler, Ledger, Witness],
      },
    );
    await module.init();
    // Both its server and its client are connected once the event has gone through.
    const hasArrived = new Promise<void>((resolve) =>
      other.addHandler('orders.placed', async () => resolve(), true),
    );
    await new Promise<void>((resolve) => other.listen(() => resolve()));
    await module.get(CatgaMediator).publish(new OrderPlaced('first'));
    await hasArrived;
    await other.close();
    server.pause();
    await expect(module.close()).resolves.toBeUndefined();
    expect(module.get(Witness).isShutDown).toBe(true);
    await server.stop();
  });
});
