import { describe, expect, it } from '@jest/globals';
import { BadGatewayException, Injectable, NotFoundException } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { Gate, refusal, start, stillClock } from '../application.fixture.js';
import {
  CatgaMediator,
  Command,
  EventHandler,
  MemoryNetwork,
  Message,
  Query,
  ReliableEvent,
  RequestHandler,
  bulkhead,
  circuitBreaker,
  rateLimit,
  retry,
} from '../index.js';
import type { MessageContext } from '../index.js';

class StockAway extends Error {
  readonly retryable = true;
}

@Message({ behaviors: [retry({ maxAttempts: 3, initialDelayMs: 100, jitter: false })] })
class Reserve extends Command<string> {}

@Message({ behaviors: [circuitBreaker({ minimumRequests: 2, openMs: 1000 })] })
class FindOrder extends Query<string> {
  constructor(readonly answer: 'found' | 'missing' | 'broken') {
    super();
  }
}

@Message({ behaviors: [rateLimit({ permits: 1, perMs: 1000 }), bulkhead({ maxConcurrent: 1 })] })
class Export extends Query<string> {}

class Ping extends Query<string> {}

@Injectable()
class Stock {
  readonly attempts: number[] = [];
  readonly exporting = new Gate();

  @RequestHandler(Reserve)
  reserve(_command: Reserve, { attempt }: MessageContext): string {
    this.attempts.push(attempt);
    if (attempt < 3) throw new StockAway('the warehouse is away');
    return 'reserved';
  }

  @RequestHandler(FindOrder)
  find({ answer }: FindOrder): string {
    if (answer === 'missing') throw new NotFoundException();
    if (answer === 'broken') throw new BadGatewayException();
    return answer;
  }

  @RequestHandler(Export)
  async export(): Promise<string> {
    await this.exporting.opened;
    return 'exported';
  }

  @RequestHandler(Ping)
  ping(): string {
    return 'pong';
  }
}

const mediatorOf = (module: TestingModule): CatgaMediator => module.get(CatgaMediator);
const codes = async (...sent: Promise<{ ok: boolean; error?: Error }>[]): Promise<(string | boolean)[]> =>
  (await Promise.all(sent)).map(({ ok, error }) => (error as { code?: string } | undefined)?.code ?? ok);

describe('policies in an application', () => {
  it('stand on messages: a retry', async () => {
    const services = stillClock();
    const module = await start({ providers: [Stock], services });
    const sent = mediatorOf(module).send(new Reserve());
    await services.clock.advance(300);
    await expect(sent).resolves.toBe('reserved');
    expect(module.get(Stock).attempts).toEqual([1, 2, 3]);
    await module.close();
  });

  it('stand on messages: a circuit breaker, for which a missing order is no failure and a bad gateway is', async () => {
    const services = stillClock();
    const module = await start({ providers: [Stock], services });
    const find = (answer: 'found' | 'missing' | 'broken') =>
      mediatorOf(module).trySend(new FindOrder(answer));
    await find('missing');
    await find('missing');
    await expect(find('found')).resolves.toEqual({ ok: true, value: 'found' });
    for (let count = 0; count < 3; count++) await find('broken');
    await expect(codes(find('found'))).resolves.toEqual(['CATGA_CIRCUIT_OPEN']);
    await services.clock.advance(1000);
    await expect(find('found')).resolves.toEqual({ ok: true, value: 'found' });
    await module.close();
  });

  it('stand on messages: a rate limit before a bulkhead', async () => {
    const services = stillClock();
    const module = await start({ providers: [Stock], services });
    const send = () => mediatorOf(module).trySend(new Export());
    const first = send();
    await expect(codes(send())).resolves.toEqual(['CATGA_RATE_LIMITED']);
    await services.clock.advance(1000);
    await expect(codes(send())).resolves.toEqual(['CATGA_OVERLOADED']);
    module.get(Stock).exporting.open();
    await expect(first).resolves.toEqual({ ok: true, value: 'exported' });
    await module.close();
  });

  it('stand in the module, for each type of message by itself', async () => {
    const module = await start({
      providers: [Stock],
      services: stillClock(),
      options: { behaviors: [rateLimit({ permits: 1, perMs: 1000 })] },
    });
    const mediator = mediatorOf(module);
    await expect(
      codes(
        mediator.trySend(new Ping()),
        mediator.trySend(new FindOrder('found')),
        mediator.trySend(new Ping()),
      ),
    ).resolves.toEqual([true, true, 'CATGA_RATE_LIMITED']);
    await module.close();
  });

  it('hold between applications: a retry at the caller for a handler elsewhere', async () => {
    const services = stillClock();
    const engine = new MemoryNetwork();
    const stock = await start({ providers: [Stock], services, options: { engine, nodeId: 'stock' } });
    const shop = await start({ services, options: { engine, nodeId: 'shop' } });
    await services.clock.advance(0);
    const sent = mediatorOf(shop).send(new Reserve());
    await services.clock.advance(1000);
    await expect(sent).resolves.toBe('reserved');
    expect(stock.get(Stock).attempts).toEqual([1, 2, 3]);
    const closed = Promise.all([shop.close(), stock.close()]);
    await services.clock.advance(60_000);
    await closed;
  });

  it('that make no sense keep the application from starting', async () => {
    @ReliableEvent()
    @Message({ behaviors: [retry()] })
    class Reserved {}
    @Injectable()
    class Mails {
      @EventHandler(Reserved)
      send(): void {}
    }
    await expect(refusal({ providers: [Mails] })).resolves.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('Message Reserved: retry is for commands and queries'),
    });
    await expect(refusal({ options: { behaviors: [retry(), retry()] } })).resolves.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('retry twice'),
    });
  });
});
