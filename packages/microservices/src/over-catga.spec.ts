import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestMicroservice } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { RpcException } from '@nestjs/microservices';
import type { TestingModule } from '@nestjs/testing';
import { until } from '@catga/compliance/fixtures';
import { CatgaMediator, CatgaNode, MemoryNetwork } from '@catga/nestjs';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { CatgaClientProxy, CatgaRecord, catgaStrategy } from './index.js';
import { Fail, Heard, MathController, StockChanged, Sum, compile, serve } from './shop.fixture.js';

describe('@nestjs/microservices over Catga', () => {
  const heard = new Heard();
  let server: INestMicroservice;
  let caller: TestingModule;
  let client: CatgaClientProxy;
  let mediator: CatgaMediator;

  beforeAll(async () => {
    const engine = new MemoryNetwork();
    server = await serve({ engine, nodeId: 'server', service: 'maths', retry: { jitter: false } }, heard);
    caller = await compile({ engine, nodeId: 'caller', service: 'shop' });
    await caller.init();
    client = caller.get(CatgaClientProxy);
    mediator = caller.get(CatgaMediator);
  });

  afterAll(async () => {
    await caller.close();
    await server.close();
  });

  const ask = (pattern: unknown, data: unknown): Promise<unknown> =>
    lastValueFrom(client.send<unknown>(pattern, data).pipe(toArray()));
  const failureOf = (kind: string): Promise<unknown> =>
    firstValueFrom(client.send('errors.throw', { kind })).then(
      () => 'no failure',
      (thrown: unknown) => thrown,
    );

  it('a client reaches the handler of a pattern on another node', async () => {
    await expect(ask('math.sum', { numbers: [1, 2, 3] })).resolves.toEqual([6]);
  });

  it.each([['text'], [0], [false], [[1, 'two']], [{ nested: { a: [null] } }]])(
    'data of any type arrives as it was: %j',
    async (data) => {
      await expect(ask({ cmd: 'echo' }, data)).resolves.toEqual([data]);
    },
  );

  it('a stream arrives whole at a client, and as its last value at the mediator', async () => {
    await expect(ask('stream', {})).resolves.toEqual([1, 2, 3]);
    const node = caller.get(CatgaNode, { strict: false });
    const request = await node.named.make({ name: 'stream', kind: 'command', qos: 1 }, {});
    await expect(node.mediator.send(request)).resolves.toBe(3);
  });

  it('a handler that returns nothing completes without a value', async () => {
    await expect(ask('nothing', {})).resolves.toEqual([]);
  });

  it('a record carries the id and the headers of a message to the context of the handler', async () => {
    const record = new CatgaRecord({}, { messageId: 'once', headers: { tenant: 'a' } });
    await expect(ask('context', record)).resolves.toEqual([
      { pattern: 'context', messageId: 'once', attempt: 1, headers: { tenant: 'a' } },
    ]);
  });

  it('what a hook of a client attaches to its packets are headers, and those of a record count', async () => {
    const hooked = new CatgaClientProxy(caller.get(ModuleRef));
    hooked.setOnDispatchHook((packet) => {
      packet.metadata = { trace: 't', tenant: 'of the hook' };
    });
    const record = new CatgaRecord({}, { headers: { tenant: 'a' } });
    const { headers } = await firstValueFrom(hooked.send<{ headers: unknown }>('context', record));
    expect(headers).toEqual({ trace: 't', tenant: 'a' });
  });

  it('the mediator reaches the handler of the pattern that is the wire name of the message', async () => {
    await expect(mediator.send(new Sum([4, 5]))).resolves.toBe(9);
  });

  it.each([
    ['rpc text', { status: 'error', message: 'sold out' }],
    ['rpc object', { sku: 'a', message: 'sold out' }],
    ['http', { status: 'error', statusCode: 404, message: 'no such order', error: 'Not Found' }],
    ['http object', { status: 'error', statusCode: 400, fields: ['sku'] }],
    ['catga', { status: 'error', code: 'CATGA_RATE_LIMITED', message: 'too many orders', retryable: true }],
    ['other', { status: 'error', message: 'Internal server error' }],
  ])('an error of a handler reaches a client as from any transport of Nest: %s', async (kind, expected) => {
    await expect(failureOf(kind)).resolves.toMatchObject(expected);
  });

  it.each([
    ['rpc text', new RpcException({ status: 'error', message: 'sold out' })],
    ['http', { name: 'HttpException', message: 'no such order' }],
    ['catga', { code: 'CATGA_RATE_LIMITED', retryable: true }],
    ['other', { message: 'Internal server error' }],
  ])('an error of a handler reaches the mediator as its class: %s', async (kind, expected) => {
    await expect(mediator.send(new Fail(kind))).rejects.toMatchObject(expected);
  });

  it('an error of a stream reaches a client', async () => {
    await expect(ask('late failure', {})).rejects.toEqual({ status: 'error', message: 'too late' });
  });

  it('a request that nobody handles fails at once', async () => {
    await expect(ask('unknown', {})).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER' });
  });

  it('the timeout of a record ends a request whose stream never does, and its handler', async () => {
    const record = new CatgaRecord({}, { timeoutMs: 20 });
    await expect(ask('never', record)).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
    await until(() => heard.ended);
  });

  it('an event reaches every handler of its pattern, with its headers', async () => {
    heard.said.length = 0;
    await lastValueFrom(client.emit('said', new CatgaRecord('hello', { headers: { tenant: 'b' } })), {
      defaultValue: undefined,
    });
    await until(() => heard.said.length === 2);
    expect(heard.said).toEqual([['hello', 'b'], 'hello']);
  });

  it('a reliable event comes again until its handler succeeds', async () => {
    heard.said.length = 0;
    await mediator.publish(new StockChanged('a', 3));
    await until(() => heard.said.length === 1);
    expect(heard).toMatchObject({ failures: 1, said: [{ sku: 'a', left: 3 }] });
  });
});

describe('the strategy of a node', () => {
  it('serves messages of the same application, where their classes are given', async () => {
    const app = await serve({}, new Heard(), { messages: [Sum] });
    await expect(app.get(CatgaMediator).send(new Sum([1, 1]))).resolves.toBe(2);
    await app.close();
  });

  it('serves a hybrid application', async () => {
    const module = await compile({}, { controllers: [MathController], providers: [Heard] });
    const app = module.createNestApplication();
    app.connectMicroservice({ strategy: catgaStrategy(app.get(CatgaNode)) });
    await app.startAllMicroservices();
    await app.init();
    await expect(firstValueFrom(app.get(CatgaClientProxy).send('math.sum', { numbers: [2] }))).resolves.toBe(
      2,
    );
    await app.close();
  });

  it('refuses to be connected after the application was initialised', async () => {
    const module = await compile({}, { controllers: [MathController], providers: [Heard] });
    const app = module.createNestApplication();
    await app.init();
    expect(() => app.connectMicroservice({ strategy: catgaStrategy(app.get(CatgaNode)) })).toThrow(
      "'math.sum' was added after the node has started",
    );
    await app.close();
  });

  it('takes the extras of patterns as options of their messages and subscriptions', async () => {
    const module = await compile({ service: 'shop' });
    const node = module.get(CatgaNode, { strict: false });
    const strategy = catgaStrategy(node);
    const nothing = async (): Promise<void> => {};
    strategy.addHandler('ask', nothing, false, { qos: 2, timeoutMs: 70 });
    strategy.addHandler('every', nothing, true, { scope: 'node' });
    const extras = { qos: 1, timeoutMs: 80, name: 'ear', concurrency: 3, maxAttempts: 9 } as const;
    strategy.addHandler('told', nothing, true, extras);
    expect(node.contracts().messages).toMatchObject([
      { name: 'ask', kind: 'command', qos: 2, timeoutMs: 70, handlers: [{ name: 'ask' }] },
      { name: 'every', kind: 'event', qos: 0, handlers: [{ name: 'every', scope: 'node' }] },
      {
        name: 'told',
        kind: 'event',
        qos: 1,
        timeoutMs: 80,
        handlers: [{ name: 'ear', subscription: { id: 'shop.ear', concurrency: 3, maxAttempts: 9 } }],
      },
    ]);
    await module.close();
  });

  it('refuses a pattern that is both a message and an event', async () => {
    const module = await compile({});
    const strategy = catgaStrategy(module.get(CatgaNode, { strict: false }));
    strategy.addHandler('both', async () => 1);
    expect(() => strategy.addHandler('both', async () => 1, true)).toThrow('both a message and an event');
    await module.close();
  });
});
