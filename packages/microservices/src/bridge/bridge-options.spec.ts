import { describe, expect, it } from '@jest/globals';
import { Transport } from '@nestjs/microservices';
import { CatgaBridgeModule } from '../index.js';
import { CreateOrder } from './bridged-messages.fixture.js';

describe('CatgaBridgeModule.forRoot', () => {
  it('refuses a message that would go round in circles', () => {
    const options = { transport: Transport.NATS, receive: [CreateOrder], forward: [CreateOrder] } as const;
    expect(() => CatgaBridgeModule.forRoot(options)).toThrow('orders.create is in receive and in forward');
  });

  it('refuses other transports', () => {
    expect(() => CatgaBridgeModule.forRoot({ transport: Transport.TCP as never })).toThrow(
      'must be Transport.NATS or Transport.REDIS',
    );
  });
});
