import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { LogBook, refusal, start } from './application.fixture.js';
import {
  CatgaDeadLetters,
  CatgaErrorSink,
  CatgaHealthIndicator,
  CatgaIds,
  CatgaMediator,
  CatgaModule,
  CatgaOutbox,
  Command,
  memoryOutbox,
  RequestHandler,
} from './index.js';
import type { CatgaModuleOptions, CatgaOptionsFactory, IRequestHandler, Outbox } from './index.js';

const SERVICE = Symbol('SERVICE');

@Module({ providers: [{ provide: SERVICE, useValue: 'configured' }], exports: [SERVICE] })
class ConfigModule {}

@Injectable()
class Settings implements CatgaOptionsFactory {
  createCatgaOptions(): Promise<CatgaModuleOptions> {
    return Promise.resolve({ service: 'settings' });
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

class Ping extends Command<string> {}

@RequestHandler(Ping)
class PingHandler implements IRequestHandler<Ping> {
  handle(): string {
    return 'pong';
  }
}

@Injectable()
class Caller {
  constructor(readonly mediator: CatgaMediator) {}
}

@Module({ providers: [Caller], exports: [Caller] })
class CallerModule {}

async function init(...imports: DynamicModule['imports'] & object): Promise<TestingModule> {
  const module = await Test.createTestingModule({ imports: [...imports], providers: [PingHandler] })
    .setLogger(new LogBook())
    .compile();
  return module.init();
}

describe('CatgaModule.forRoot', () => {
  it('needs no options', async () => {
    const module = await init(CatgaModule.forRoot());
    expect(module.get(CatgaMediator).self.service).toBe('app');
    await expect(module.get(CatgaMediator).send(new Ping())).resolves.toBe('pong');
    await module.close();
  });

  it('makes the mediator and its companions injectable everywhere', async () => {
    const module = await init(CatgaModule.forRoot(), CallerModule);
    expect(module.get(Caller).mediator).toBe(module.get(CatgaMediator));
    for (const part of [CatgaDeadLetters, CatgaOutbox, CatgaErrorSink, CatgaIds, CatgaHealthIndicator]) {
      expect(module.get(part)).toBeInstanceOf(part);
    }
    await module.close();
  });

  it('stays with the modules that import it if isGlobal is false', async () => {
    const catga = CatgaModule.forRoot({ isGlobal: false });
    await expect(init(catga, CallerModule)).rejects.toThrow(/CatgaMediator/);
    @Module({ imports: [catga], providers: [Caller], exports: [Caller] })
    class ImportingModule {}

    const module = await init(ImportingModule);
    await expect(module.get(Caller).mediator.send(new Ping())).resolves.toBe('pong');
    await module.close();
  });

  it('opens the outbox, and lets go of it when the application closes', async () => {
    const inner = memoryOutbox();
    const steps: string[] = [];
    const outbox: Outbox = {
      ...inner,
      async open(client) {
        steps.push(`opened for ${client.nodeId}`);
        const store = await inner.open(client);
        const close = async (): Promise<void> => void steps.push('closed');
        return Object.assign(Object.create(store) as typeof store, { close });
      },
    };
    const module = await init(CatgaModule.forRoot({ outbox, nodeId: 'n1' }));
    await expect(module.get(CatgaOutbox).counts()).resolves.toEqual({ waiting: 0, parked: 0 });
    await module.close();
    expect(steps).toEqual(['opened for n1', 'closed']);
  });

  it('reports all wrong and unknown options at once, each with its path', async () => {
    const error = await refusal({
      options: {
        service: 'two words',
        heartbeat: { intervalMs: -1 },
        retry: { maxAttempts: 0, jitters: true },
        nodeID: 'x',
        behaviors: [42],
      } as unknown as CatgaModuleOptions,
    });
    expect(error).toMatchObject({ name: 'CatgaError', code: 'CATGA_CONFIGURATION' });
    for (const path of [
      'service',
      'heartbeat.intervalMs',
      'retry.maxAttempts',
      'retry.jitters: unknown option',
      'nodeID: unknown option',
      'behaviors.0',
    ]) {
      expect(error.message).toContain(path);
    }
  });

  it('is not confused by what belongs to the module: isGlobal is no unknown option', async () => {
    const module = await init(CatgaModule.forRoot({ isGlobal: true, service: 'shop' }));
    expect(module.get(CatgaMediator).self.service).toBe('shop');
    await module.close();
  });

  it('keeps several applications of one process apart', async () => {
    const first = await start({ providers: [PingHandler], options: { nodeId: 'first' } });
    const second = await start({ options: { nodeId: 'second' } });
    await expect(first.get(CatgaMediator).send(new Ping())).resolves.toBe('pong');
    await expect(second.get(CatgaMediator).send(new Ping())).rejects.toMatchObject({
      code: 'CATGA_NO_HANDLER',
    });
    expect(
      first
        .get(CatgaMediator)
        .nodes()
        .map(({ nodeId }) => nodeId),
    ).toEqual(['first']);
    await first.close();
    expect(
      second
        .get(CatgaMediator)
        .nodes()
        .map(({ nodeId }) => nodeId),
    ).toEqual(['second']);
    await second.close();
  });
});

describe('CatgaModule.forRootAsync', () => {
  it('takes a factory with what it injects from imports', async () => {
    const module = await init(
      CatgaModule.forRootAsync({
        imports: [ConfigModule],
        inject: [SERVICE],
        useFactory: async (service: string) => Promise.resolve({ service }),
      }),
    );
    expect(module.get(CatgaMediator).self.service).toBe('configured');
    await module.close();
  });

  it('takes a class', async () => {
    const module = await init(CatgaModule.forRootAsync({ useClass: Settings }));
    expect(module.get(CatgaMediator).self.service).toBe('settings');
    await module.close();
  });

  it('takes an existing provider', async () => {
    const module = await init(CatgaModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }));
    expect(module.get(CatgaMediator).self.service).toBe('settings');
    await module.close();
  });

  it('is global unless told otherwise', async () => {
    const useFactory = (): CatgaModuleOptions => ({});
    const module = await init(CatgaModule.forRootAsync({ useFactory }), CallerModule);
    expect(module.get(Caller).mediator).toBeInstanceOf(CatgaMediator);
    await module.close();
    await expect(
      init(CatgaModule.forRootAsync({ useFactory, isGlobal: false }), CallerModule),
    ).rejects.toThrow(/CatgaMediator/);
  });

  it('reports wrong options as forRoot does', async () => {
    const useFactory = (): CatgaModuleOptions => ({ service: '', namespace: 'a b' });
    await expect(init(CatgaModule.forRootAsync({ useFactory }))).rejects.toThrow(/service:.*namespace:/);
  });

  it('passes on why a factory failed', async () => {
    const useFactory = (): Promise<CatgaModuleOptions> => Promise.reject(new Error('no secrets today'));
    await expect(init(CatgaModule.forRootAsync({ useFactory }))).rejects.toThrow('no secrets today');
  });
});
