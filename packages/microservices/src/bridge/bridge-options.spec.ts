import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Transport } from '@nestjs/microservices';
import { CatgaMediator } from '@catga/nestjs';
import { Subject } from 'rxjs';
import { CatgaBridgeModule } from '../index.js';
import type { CatgaBridgeOptions } from '../index.js';
import { compile } from '../shop.fixture.js';
import { CreateOrder, GetStock } from './bridged-messages.fixture.js';
import { RedisBridgeClient } from './redis-bridge-client.js';

describe('CatgaBridgeModule.forRoot', () => {
  it('refuses a message that would loop forever', () => {
    const options = { transport: Transport.NATS, receive: [CreateOrder], forward: [CreateOrder] } as const;
    expect(() => CatgaBridgeModule.forRoot(options)).toThrow('orders.create is in both receive and forward');
  });

  it('refuses a message that would go round by its pattern, and two with one pattern', () => {
    const pattern = { of: 'orders', cmd: 'create' };
    const same = { cmd: 'create', of: 'orders' };
    const transport = Transport.NATS;
    const receive = [{ message: CreateOrder, pattern }];
    const forward = [{ message: GetStock, pattern: same }];
    expect(() => CatgaBridgeModule.forRoot({ transport, receive, forward })).toThrow(
      'stock.get is in both receive and forward',
    );
    expect(() => CatgaBridgeModule.forRoot({ transport, receive: [...receive, ...forward] })).toThrow(
      'orders.create and stock.get in receive have the same pattern',
    );
  });

  it.each([
    [
      { receive: [CreateOrder, undefined] },
      'receive[1] is not a message class; is it undefined because of a circular',
    ],
    [{ forward: [{ message: undefined, pattern: 'a' }] }, 'forward[0] is not a message class'],
  ])('refuses a message that is undefined: %j', (messages, problem) => {
    const options = { transport: Transport.NATS, ...(messages as object) } as CatgaBridgeOptions;
    expect(() => CatgaBridgeModule.forRoot(options)).toThrow(problem);
  });

  it('refuses other transports', () => {
    expect(() => CatgaBridgeModule.forRoot({ transport: Transport.TCP as never })).toThrow(
      'must be Transport.NATS or Transport.REDIS',
    );
  });
});

describe('a forwarded request that nobody replies to', () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('ends after 30 seconds, also for a caller on the node of the bridge, who has no deadline', async () => {
    const replies = new Subject<never>();
    jest.spyOn(RedisBridgeClient.prototype, 'send').mockReturnValue(replies);
    const bridge = CatgaBridgeModule.forRoot({ transport: Transport.REDIS, forward: [GetStock] });
    const module = await compile({}, { imports: [bridge] });
    await module.init();
    jest.useFakeTimers();
    const answer = module.get(CatgaMediator).send(new GetStock('a'));
    const failure = answer.catch((thrown: unknown) => thrown);
    while (!replies.observed) await Promise.resolve();
    jest.advanceTimersByTime(30_000);
    await expect(failure).resolves.toMatchObject({ code: 'CATGA_TIMEOUT' });
    jest.useRealTimers();
    await module.close();
  });
});
