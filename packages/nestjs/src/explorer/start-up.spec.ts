import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { nextTurn } from '@catga/core/engine';
import { LogBook, refusal, start } from '../application.fixture.js';
import {
  CatgaModule,
  Command,
  EventHandler,
  Message,
  Query,
  ReliableEvent,
  RequestHandler,
  logging,
  memory,
} from '../index.js';
import type { Engine } from '../index.js';

class Order extends Command {}
class FindOrder extends Query<string> {}
class Seen {}

@ReliableEvent()
class Paid {}

@RequestHandler(Order)
class OrderHandler {
  handle(): void {}
}

@RequestHandler(Order)
class OtherOrderHandler {
  handle(): void {}
}

@EventHandler(Seen)
class SeenHandler {
  handle(): void {}
}

@EventHandler(Paid, { scope: 'node' })
class PaidOnEveryNode {
  handle(): void {}
}

@EventHandler(Paid)
class PaidHandler {
  handle(): void {}
}

/** What a compiler would refuse, and JavaScript does not. */
function unchecked(decorator: unknown): ClassDecorator {
  return decorator as ClassDecorator;
}

@unchecked(RequestHandler(FindOrder))
class WithoutHandle {}

@unchecked(RequestHandler(Seen as unknown as typeof Order))
class RequestOfEvent {
  handle(): void {}
}

@unchecked(EventHandler(Order))
class EventOfCommand {
  handle(): void {}
}

describe('start-up refuses', () => {
  it('two handlers for one request, naming both, their modules and the fix', async () => {
    @Module({ providers: [OtherOrderHandler] })
    class OtherModule {}
    const { code, message } = await refusal({ providers: [OrderHandler], imports: [OtherModule] });
    expect(code).toBe('CATGA_CONFIGURATION');
    expect(message).toMatch(/Order has two handlers, .*OrderHandler \(.*\) and .*OrderHandler \(.*\)/);
    expect(message).toContain('OtherOrderHandler (OtherModule)');
    expect(message).toContain('remove one of them');
  });

  it('a request handler that two modules provide', async () => {
    @Module({ providers: [OrderHandler] })
    class Shop {}
    @Module({ providers: [OrderHandler] })
    class Depot {}
    const { message } = await refusal({ imports: [Shop, Depot] });
    expect(message).toContain(
      'Order has two handlers, OrderHandler (Shop) and OrderHandler (Depot): a request has exactly one; ' +
        'remove one of them, or provide it in one module only.',
    );
  });

  it('an event handler that two modules provide: it would run twice', async () => {
    @Module({ providers: [SeenHandler] })
    class Shop {}
    @Module({ providers: [SeenHandler] })
    class Depot {}
    const { message } = await refusal({ imports: [Shop, Depot] });
    expect(message).toContain(
      "Two event handlers are named 'SeenHandler', SeenHandler (Shop) and SeenHandler (Depot)",
    );
    expect(message).toContain('provide it in one module only');
  });

  it('two classes under one wire name', async () => {
    @Message({ name: 'orders.renamed' })
    class Renamed extends Command {}
    @Message({ name: 'orders.renamed' })
    class AlsoRenamed extends Command {}
    @Injectable()
    class Both {
      @RequestHandler(Renamed)
      one(): void {}
      @RequestHandler(AlsoRenamed)
      other(): void {}
    }
    const { message } = await refusal({ providers: [Both] });
    expect(message).toContain("share the wire name 'orders.renamed' (Renamed and AlsoRenamed)");
    expect(message).toContain('give one of them @Message({ name })');
  });

  it('a handler without handle', async () => {
    const { message } = await refusal({ providers: [WithoutHandle] });
    expect(message).toContain('WithoutHandle (RootTestModule) is decorated as a handler but has no method');
    expect(message).toContain('add it, or decorate the method that handles the message');
  });

  it('a quality of service that the engine cannot honour', async () => {
    @Message({ qos: 2 })
    class Transfer extends Command {}
    @Injectable()
    class Bank {
      @RequestHandler(Transfer)
      transfer(): void {}
      @EventHandler(Paid)
      paid(): void {}
    }
    const weak: Engine = {
      name: 'weak',
      capabilities: { requests: [0, 1], events: [0], queues: true },
      connect: (client) => memory().connect(client),
    };
    const { message } = await refusal({ providers: [Bank], options: { engine: weak } });
    expect(message).toContain(
      "Transfer requires QoS 2, which the engine 'weak' does not support for requests",
    );
    expect(message).toContain("Paid requires QoS 1, which the engine 'weak' does not support for events");
    expect(message).toContain('lower its qos or choose another engine');
  });

  it('a reliable event that is to reach every node', async () => {
    const { message } = await refusal({ providers: [PaidOnEveryNode] });
    expect(message).toContain(
      "PaidOnEveryNode (RootTestModule) subscribes the reliable event Paid with scope 'node'",
    );
    expect(message).toContain("use scope 'service' or a plain event");
  });

  it('@RequestHandler on an event and @EventHandler on a command', async () => {
    const { message } = await refusal({ providers: [RequestOfEvent, EventOfCommand] });
    expect(message).toContain(
      'RequestOfEvent (RootTestModule) handles the event Seen: use @EventHandler for events.',
    );
    expect(message).toContain(
      'EventOfCommand (RootTestModule) handles the command Order: use @RequestHandler for it.',
    );
  });

  it('a second CatgaModule in one application: each would run every handler', async () => {
    @Module({ imports: [CatgaModule.forRoot({ service: 'other' })], providers: [OrderHandler] })
    class Feature {}
    const { code, message } = await refusal({ imports: [Feature] });
    expect(code).toBe('CATGA_CONFIGURATION');
    expect(message).toContain('CatgaModule.forRoot() is imported 2 times');
    expect(message).toContain('import it once, in the root module');
  });

  it('all of it at once', async () => {
    const providers = [OrderHandler, OtherOrderHandler, WithoutHandle, RequestOfEvent, PaidOnEveryNode];
    const { message } = await refusal({ providers });
    for (const name of ['two handlers', 'WithoutHandle', 'RequestOfEvent', 'PaidOnEveryNode']) {
      expect(message).toContain(name);
    }
    expect(message.split('\n- ')).toHaveLength(5);
  });

  it('to connect when the engine cannot, and says why', async () => {
    const engine: Engine = {
      ...memory(),
      name: 'down',
      connect: () => Promise.reject(new Error('nobody listens')),
    };
    const down = { ...engine, capabilities: memory().capabilities };
    await expect(refusal({ options: { engine: down } })).resolves.toMatchObject({
      message: 'nobody listens',
    });
  });

  it('when the subscription of a reliable event cannot be made, and lets go of the engine', async () => {
    let closed = false;
    const engine: Engine = {
      name: 'full',
      capabilities: memory().capabilities,
      async connect(client) {
        const connection = await memory().connect(client);
        return Object.assign(Object.create(connection) as typeof connection, {
          log: {
            subscribe: () => Promise.reject(new Error('no more subscriptions')),
            append: connection.log.append,
          },
          close: () => {
            closed = true;
            return connection.close();
          },
        });
      },
    };
    const error = await refusal({ providers: [PaidHandler], options: { engine } });
    expect(error.message).toContain('no more subscriptions');
    expect(closed).toBe(true);
  });
});

describe('start-up says', () => {
  it('in one line at the end what was wired', async () => {
    @Injectable()
    class Handlers {
      @RequestHandler(FindOrder)
      find(): string {
        return '';
      }
      @EventHandler(Seen, Paid)
      both(): void {}
    }
    const logger = new LogBook();
    const module = await start({
      logger,
      providers: [OrderHandler, SeenHandler, Handlers],
      options: { nodeId: 'shop-1', service: 'shop', behaviors: [logging()] },
    });
    const own = logger.at('log').filter((line) => line.includes('shop-1'));
    expect(own).toEqual([
      'Node shop-1 of service shop is up on the memory engine: 1 commands, 1 queries, 2 events with 2 handlers, ' +
        '2 durable subscriptions',
    ]);
    expect(logger.at('log').at(-1)).toBe(own[0]);
    await module.close();
  });

  it('that shutdown hooks are not enabled', async () => {
    const logger = new LogBook();
    const module = await start({ logger });
    await nextTurn();
    expect(logger.at('warn')).toEqual([expect.stringContaining('app.enableShutdownHooks()')]);
    await module.close();
  });

  it('nothing of it when they are', async () => {
    const logger = new LogBook();
    const { compile } = await import('../application.fixture.js');
    const module = await compile({ logger });
    module.enableShutdownHooks();
    await module.init();
    await nextTurn();
    expect(logger.at('warn')).toEqual([]);
    await module.close();
  });

  it('nothing of it for an application context, whose hooks are enabled once it is there', async () => {
    @Module({ imports: [CatgaModule.forRoot()] })
    class AppModule {}
    const logger = new LogBook();
    const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
    app.enableShutdownHooks();
    await nextTurn();
    expect(logger.at('warn')).toEqual([]);
    await app.close();
  });
});
