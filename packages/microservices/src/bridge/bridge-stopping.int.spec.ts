import { Transport } from '@nestjs/microservices';
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
}

const BROKERS: Readonly<Record<string, () => Promise<Broker>>> = {
  NATS: async () => {
    const server = await NatsServer.spawn();
    return { server, transport: { transport: Transport.NATS, options: { servers: [server.url] } } };
  },
  Redis: async () => {
    const server = await RedisServer.spawn();
    return { server, transport: { transport: Transport.REDIS, options: { port: server.port } } };
  },
};

describe.each(Object.entries(BROKERS))('a bridge whose broker on %s does not answer', (_, spawn) => {
  it('stops all the same, and so does the rest of the application', async () => {
    const { server, transport } = await spawn();
    const bridge: CatgaBridgeOptions = { ...transport, receive: [CreateOrder], forward: [OrderPlaced] };
    const module = await compile(
      { shutdown: { drainTimeoutMs: 500 } },
      {
        imports: [CatgaBridgeModule.forRoot(bridge)],
        providers: [CreateOrderHandler, Ledger, Witness],
      },
    );
    await module.init();
    await module.get(CatgaMediator).publish(new OrderPlaced('first'));
    server.pause();
    await expect(module.close()).resolves.toBeUndefined();
    expect(module.get(Witness).isShutDown).toBe(true);
    await server.stop();
  });
});
