import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LogBook, start } from '../application.fixture.js';
import {
  CatgaMediator,
  CatgaModule,
  Command,
  EventHandler,
  ReliableEvent,
  RequestHandler,
  memory,
} from '../index.js';
import type { MessageContext } from '../index.js';

class Ping extends Command<string> {}

class Seen {
  constructor(readonly by: string) {}
}

@ReliableEvent()
class Stored {
  constructor(readonly by: string) {}
}

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@Injectable()
class Handlers {
  constructor(private readonly journal: Journal) {}

  @RequestHandler(Ping)
  ping(): string {
    return 'pong';
  }

  @EventHandler(Seen)
  seen({ by }: Seen): void {
    this.journal.lines.push(`handled the plain event of ${by}`);
  }

  @EventHandler(Stored)
  stored({ by }: Stored, _context: MessageContext): void {
    this.journal.lines.push(`handled the reliable event of ${by}`);
  }
}

/** Sends and publishes in each hook. */
@Injectable()
class Busy {
  constructor(
    private readonly mediator: CatgaMediator,
    private readonly journal: Journal,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.actIn('onModuleInit');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.actIn('onApplicationBootstrap');
  }

  private async actIn(hook: string): Promise<void> {
    this.journal.lines.push(`${hook} was answered ${await this.mediator.send(new Ping())}`);
    await this.mediator.publish(new Seen(hook));
    await this.mediator.publish(new Stored(hook));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.journal.lines.push(`${hook} is over`);
  }
}

@Module({ providers: [Journal], exports: [Journal] })
class JournalModule {}

@Module({ imports: [JournalModule], providers: [Busy] })
class BusyModule {}

@Module({ imports: [JournalModule], providers: [Handlers] })
class HandlersModule {}

describe('while the application starts', () => {
  it('feature modules send and publish in onModuleInit and onApplicationBootstrap, and nothing is missed', async () => {
    const module = await start({ imports: [BusyModule, HandlersModule] });
    await module.close();
    const { lines } = module.get(Journal);
    expect(lines.filter((line) => !line.startsWith('handled the reliable'))).toEqual([
      'onModuleInit was answered pong',
      'handled the plain event of onModuleInit',
      'onModuleInit is over',
      'onApplicationBootstrap was answered pong',
      'handled the plain event of onApplicationBootstrap',
      'onApplicationBootstrap is over',
    ]);
    expect(lines.filter((line) => line.startsWith('handled the reliable'))).toEqual([
      'handled the reliable event of onModuleInit',
      'handled the reliable event of onApplicationBootstrap',
    ]);
  });

  it('no reliable event is handled before every onModuleInit and onApplicationBootstrap is over', async () => {
    const module = await start({ imports: [BusyModule, HandlersModule] });
    await module.close();
    const { lines } = module.get(Journal);
    const first = lines.findIndex((line) => line.startsWith('handled the reliable'));
    expect(lines.slice(0, first)).toContain('onModuleInit is over');
    expect(lines.slice(0, first)).toContain('onApplicationBootstrap is over');
  });

  it('nothing that waits in the log is handled before every onApplicationBootstrap is over', async () => {
    const engine = memory();
    const before = await start({ imports: [HandlersModule], options: { engine } });
    await before.close();
    const sender = await start({ options: { engine } });
    await sender.get(CatgaMediator).publish(new Stored('another node'));
    await sender.close();
    const module = await start({ imports: [BusyModule, HandlersModule], options: { engine } });
    await module.close();
    const { lines } = module.get(Journal);
    expect(lines.indexOf('handled the reliable event of another node')).toBeGreaterThan(
      lines.indexOf('onApplicationBootstrap is over'),
    );
  });

  it('a constructor that sends is refused with a clear error, not left waiting', async () => {
    @Injectable()
    class Eager {
      readonly outcome: Promise<unknown>;
      constructor(mediator: CatgaMediator) {
        this.outcome = mediator.send(new Ping()).catch((thrown: unknown) => thrown);
      }
    }
    const module = await start({ providers: [Journal, Handlers, Eager] });
    await expect(module.get(Eager).outcome).resolves.toMatchObject({
      code: 'CATGA_SHUTTING_DOWN',
      retryable: true,
      message: expect.stringMatching(/^Ping: node \S+ has not started/),
    });
    await module.close();
  });

  it('where CatgaModule is not global, a module that imports it may send in onModuleInit', async () => {
    const catga = CatgaModule.forRoot({ isGlobal: false });
    @Module({ imports: [catga, JournalModule], providers: [Busy, Handlers], exports: [] })
    class FeatureModule {}
    @Module({ imports: [FeatureModule] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, {
      logger: new LogBook(),
      abortOnError: false,
    });
    await app.close();
    expect(app.get(Journal).lines).toContain('onModuleInit was answered pong');
  });

  it('an application context needs no init() of its own', async () => {
    @Module({ imports: [CatgaModule.forRoot(), HandlersModule] })
    class AppModule {}
    const logger = new LogBook();
    const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
    await expect(app.get(CatgaMediator).send(new Ping())).resolves.toBe('pong');
    await app.get(CatgaMediator).publish(new Stored('main'));
    await app.close();
    expect(app.get(Journal, { strict: false }).lines).toEqual(['handled the reliable event of main']);
    expect(logger.at('log').at(-1)).toContain('is up on the memory engine');
  });
});
