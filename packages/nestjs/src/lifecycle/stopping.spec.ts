import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { Gate, LogBook, compile, start, stillClock } from '../application.fixture.js';
import {
  CatgaHealthIndicator,
  CatgaMediator,
  Command,
  EventHandler,
  Query,
  ReliableEvent,
  RequestHandler,
  memory,
} from '../index.js';
import { MemoryNetwork } from '@catga/core';
import type { Engine, MessageContext } from '../index.js';

class Work extends Command<string> {}
class Stock extends Query<number> {}
class Seen {}

@ReliableEvent()
class Stored {}

/** Handlers that end when they are let. */
@Injectable()
class Workshop {
  readonly journal: string[] = [];
  readonly gate = new Gate();
  signal: AbortSignal | undefined;

  @RequestHandler(Work)
  async work(_command: Work, context: MessageContext): Promise<string> {
    this.signal = context.signal;
    await this.gate.opened;
    this.journal.push(`worked with ${await context.send(new Stock())} in stock`);
    return 'done';
  }

  @RequestHandler(Stock)
  stock(): number {
    return 3;
  }

  @EventHandler(Seen)
  async seen(): Promise<void> {
    await this.gate.opened;
    this.journal.push('saw the plain event');
  }

  @EventHandler(Stored)
  async stored(): Promise<void> {
    await this.gate.opened;
    this.journal.push('saw the reliable event');
  }
}

/** Lets everything happen that can. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const mediatorOf = (module: TestingModule): CatgaMediator => module.get(CatgaMediator);

describe('a closing application', () => {
  it('waits for requests, plain events and reliable events that are being handled', async () => {
    const module = await start({ providers: [Workshop] });
    const { gate, journal } = module.get(Workshop);
    const sent = mediatorOf(module).send(new Work());
    await mediatorOf(module).publish(new Seen());
    await mediatorOf(module).publish(new Stored());
    let isClosed = false;
    const closing = module.close().then(() => (isClosed = true));
    await turns();
    expect(isClosed).toBe(false);
    gate.open();
    await expect(sent).resolves.toBe('done');
    await closing;
    expect(journal.toSorted()).toEqual([
      'saw the plain event',
      'saw the reliable event',
      'worked with 3 in stock',
    ]);
  });

  it('refuses new messages with CATGA_SHUTTING_DOWN, but not those of handlers through their context', async () => {
    const module = await start({ providers: [Workshop] });
    const sent = mediatorOf(module).send(new Work());
    const closing = module.close();
    await turns();
    const refused = { code: 'CATGA_SHUTTING_DOWN', retryable: true };
    await expect(mediatorOf(module).send(new Stock())).rejects.toMatchObject(refused);
    await expect(mediatorOf(module).publish(new Seen())).rejects.toMatchObject(refused);
    await expect(mediatorOf(module).publish(new Stored())).rejects.toMatchObject(refused);
    await expect(mediatorOf(module).enqueue(new Work())).rejects.toMatchObject(refused);
    module.get(Workshop).gate.open();
    await closing;
    await expect(sent).resolves.toBe('done');
    expect(module.get(Workshop).journal).toEqual(['worked with 3 in stock']);
    await expect(mediatorOf(module).send(new Stock())).rejects.toMatchObject(refused);
  });

  it('aborts the signals of handlers that do not end within the drain timeout, and says how many', async () => {
    const { clock } = stillClock();
    const logger = new LogBook();
    const options = { shutdown: { drainTimeoutMs: 3000 } };
    const module = await start({ providers: [Workshop], services: { clock }, logger, options });
    void mediatorOf(module).trySend(new Work());
    const closing = module.close();
    await clock.advance(2999);
    expect(module.get(Workshop).signal?.aborted).toBe(false);
    await clock.advance(1);
    await closing;
    expect(module.get(Workshop).signal?.aborted).toBe(true);
    expect(logger.at('warn').at(-1)).toContain('1 handlers were still running after 3000 ms');
  });

  it('works as before for shutdown.delayMs, not ready, before servers stop and before it drains', async () => {
    const { clock } = stillClock();
    const journal: string[] = [];
    const server = { provide: 'server', useValue: { onModuleDestroy: () => journal.push('server stops') } };
    const module = await start({
      providers: [Workshop, server],
      services: { clock },
      options: { shutdown: { delayMs: 2000 } },
    });
    const closing = module.close();
    await clock.advance(1999);
    expect(module.get(CatgaHealthIndicator).isHealthy().catga.status).toBe('down');
    await expect(mediatorOf(module).send(new Stock())).resolves.toBe(3);
    expect(journal).toEqual([]);
    await clock.advance(1);
    await closing;
    expect(journal).toEqual(['server stops']);
    await expect(mediatorOf(module).send(new Stock())).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
  });

  it('sends heartbeats during shutdown.delayMs, so that other nodes go on sending to it', async () => {
    const { clock } = stillClock();
    const engine = new MemoryNetwork();
    const options = { engine, heartbeat: { intervalMs: 100, timeoutMs: 300 }, shutdown: { delayMs: 2000 } };
    const services = { clock };
    const stopping = await start({
      providers: [Workshop],
      services,
      options: { ...options, nodeId: 'stopping' },
    });
    const caller = await start({ services, options: { ...options, nodeId: 'caller', shutdown: {} } });
    await clock.advance(200);
    const closing = stopping.close();
    await clock.advance(1500);
    const answer = mediatorOf(caller).send(new Stock());
    await clock.advance(10);
    await expect(answer).resolves.toBe(3);
    await clock.advance(1000);
    await closing;
    await caller.close();
  });

  it('drains after the root, where servers stop, and before other modules close what its handlers need', async () => {
    @Injectable()
    class Server {
      constructor(private readonly workshop: Workshop) {}
      onModuleDestroy(): void {
        this.workshop.journal.push('onModuleDestroy of the root');
      }
    }
    @Injectable()
    class Resource {
      readonly journal: string[];
      constructor(workshop: Workshop) {
        this.journal = workshop.journal;
      }
      onModuleDestroy(): void {
        this.journal.push('onModuleDestroy');
      }
      beforeApplicationShutdown(): void {
        this.journal.push('beforeApplicationShutdown');
      }
      onApplicationShutdown(): void {
        this.journal.push('onApplicationShutdown');
      }
    }
    @Module({ providers: [Workshop, Resource], exports: [Workshop] })
    class WorkshopModule {}
    const module = await start({ imports: [WorkshopModule], providers: [Server] });
    const workshop = module.get(Workshop);
    void mediatorOf(module).send(new Work());
    const closing = module.close();
    await turns();
    expect(workshop.journal).toEqual(['onModuleDestroy of the root']);
    workshop.gate.open();
    await closing;
    expect(workshop.journal).toEqual([
      'onModuleDestroy of the root',
      'worked with 3 in stock',
      'onModuleDestroy',
      'beforeApplicationShutdown',
      'onApplicationShutdown',
    ]);
  });

  it('lets go of the engine last: in onApplicationShutdown, once', async () => {
    const order: string[] = [];
    const inner = memory();
    const engine: Engine = {
      name: 'watched',
      capabilities: inner.capabilities,
      async connect(client) {
        const connection = await inner.connect(client);
        const close = (): Promise<void> => {
          order.push('engine closed');
          return connection.close();
        };
        return Object.assign(Object.create(connection) as typeof connection, { close });
      },
    };
    const module = await start({
      options: { engine },
      providers: [
        { provide: 'hook', useValue: { beforeApplicationShutdown: () => order.push('before shutdown') } },
      ],
    });
    await module.close();
    expect(order).toEqual(['before shutdown', 'engine closed']);
  });

  it('leaves the directory at once, while its handlers still run', async () => {
    const engine = memory();
    const leaving = await start({ providers: [Workshop], options: { engine, nodeId: 'leaving' } });
    const staying = await start({ options: { engine, nodeId: 'staying' } });
    const names = (): string[] =>
      mediatorOf(staying)
        .nodes()
        .map(({ nodeId }) => nodeId);
    expect(names().toSorted()).toEqual(['leaving', 'staying']);
    void mediatorOf(leaving).send(new Work());
    const closing = leaving.close();
    await turns();
    expect(names()).toEqual(['staying']);
    leaving.get(Workshop).gate.open();
    await closing;
    await staying.close();
  });

  it('may be closed before it was initialised, and twice', async () => {
    const never = await compile({ providers: [Workshop] });
    await never.close();
    const twice = await start({ providers: [Workshop] });
    await Promise.all([twice.close(), twice.close()]);
  });

  it('may be closed after it refused to start', async () => {
    const module = await compile({ providers: [Workshop, { provide: 'again', useClass: Workshop }] });
    await expect(module.init()).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await module.close();
  });
});
