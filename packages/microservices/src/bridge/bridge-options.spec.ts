import { describe, expect, it } from '@jest/globals';
import { Transport } from '@nestjs/microservices';
import { CatgaBridgeModule } from '../index.js';
import type { CatgaBridgeOptions } from '../index.js';
import { CreateOrder } from './bridged-messages.fixture.js';

describe('CatgaBridgeModule.forRoot', () => {
  it('refuses a message that would go round in circles', () => {
    const options = { transport: Transport.NATS, receive: [CreateOrder], forward: [CreateOrder] } as const;
    expect(() => CatgaBridgeModule.forRoot(options)).toThrow('orders.create is in receive and in forward');
  });

  it.each([
    [
      { receive: [CreateOrder, undefined] },
      'receive[1] is no class of a message; is it undefined because of a circular',
    ],
    [{ forward: [{ message: undefined, pattern: 'a' }] }, 'forward[0] is no class of a message'],
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
