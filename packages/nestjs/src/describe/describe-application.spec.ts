import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, forwardRef } from '@nestjs/common';
import { Command, CatgaModule, EventHandler, Message, RequestHandler, ReliableEvent } from '../index.js';
import type { Engine, IEventHandler, IRequestHandler } from '../index.js';
import { memory } from '@catga/core';
import { describeApplication } from '../describe.js';

@Message({ name: 'shop.pay.v1' })
class Pay extends Command<void> {}

@ReliableEvent()
@Message({ name: 'shop.paid.v1' })
class Paid {}

const made: string[] = [];

@Injectable()
class Database {
  constructor() {
    made.push('database');
  }
}

@RequestHandler(Pay)
class PayHandler implements IRequestHandler<Pay> {
  constructor(readonly database: Database) {
    made.push('handler');
  }
  handle(): void {}
}

@EventHandler(Paid)
class Receipts implements IEventHandler<Paid> {
  handle(): void {}
}

const engine: Engine = {
  ...memory(),
  capabilities: memory().capabilities,
  name: 'far',
  connect: () => Promise.reject(new Error('It connects.')),
};

@Module({
  providers: [
    Database,
    PayHandler,
    { provide: Receipts, useFactory: () => made.push('factory'), inject: [Database] },
  ],
})
class Payments {
  onModuleInit(): void {
    made.push('hook');
  }
}

@Module({ imports: [CatgaModule.forRoot({ engine, service: 'shop' }), Payments] })
class AppModule {}

@Module({ imports: [CatgaModule.forRootAsync({ useFactory: () => ({ service: 'late' }) }), Payments] })
class LateModule {}

@Module({ imports: [Payments] })
class Bare {}

@Module({ imports: [forwardRef(() => Right)], providers: [Database] })
class Left {}

@Module({ imports: [forwardRef(() => Left), CatgaModule.forRoot({ service: 'round' }), Payments] })
class Right {}

describe('an application', () => {
  it('is described by its code: nothing is made, nothing connects', async () => {
    const { service, engine: name, messages } = await describeApplication(AppModule);
    expect([service, name]).toEqual(['shop', 'far']);
    expect(messages.map((one) => [one.name, one.handlers.map((handler) => handler.name)])).toEqual([
      ['shop.paid.v1', ['Receipts']],
      ['shop.pay.v1', ['PayHandler']],
    ]);
    expect(made).toEqual([]);
  });

  it('whose modules import each other is described as any other', async () => {
    const { messages } = await describeApplication(Left);
    expect(messages.map(({ name }) => name)).toEqual(['shop.paid.v1', 'shop.pay.v1']);
  });

  it('with options of a factory must be given a name', async () => {
    await expect(describeApplication(LateModule)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    const { messages } = await describeApplication(LateModule, { service: 'billing' });
    expect(messages[0]?.handlers[0]?.subscription?.id).toBe('billing.Receipts');
  });

  it('is refused without a node, and with what it would not start with', async () => {
    await expect(describeApplication(Bare)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    const again = { module: AppModule, providers: [{ provide: 'again', useClass: PayHandler }, Database] };
    await expect(describeApplication(again)).rejects.toThrow(/shop\.pay\.v1 has two handlers/);
  });
});
