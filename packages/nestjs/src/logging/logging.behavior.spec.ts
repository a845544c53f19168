import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { LogBook, start, stillClock } from '../application.fixture.js';
import {
  CatgaMediator,
  Command,
  EventHandler,
  Message,
  Query,
  ReliableEvent,
  RequestHandler,
  logging,
} from '../index.js';
import type { LoggingOptions } from '../index.js';

@Message({ name: 'cards.charge' })
class ChargeCard extends Command<string> {
  constructor(readonly cardNumber: string) {
    super();
  }
}

class Slow extends Query<string> {}

@ReliableEvent()
class Charged {
  constructor(readonly cardNumber: string) {}
}

@Injectable()
class Bank {
  failures = 0;

  @RequestHandler(ChargeCard)
  charge({ cardNumber }: ChargeCard): string {
    if (this.failures-- > 0) throw new Error('declined');
    return `charged ${cardNumber}`;
  }

  @RequestHandler(Slow)
  slow(): string {
    const startedMs = performance.now();
    while (performance.now() - startedMs < 3);
    return 'done';
  }

  @EventHandler(Charged)
  charged(): void {
    if (this.failures-- > 0) throw new Error('the ledger is locked');
  }
}

async function logged(
  options: LoggingOptions,
  act: (mediator: CatgaMediator, bank: Bank, advance: (ms: number) => Promise<void>) => Promise<unknown>,
): Promise<LogBook> {
  const logger = new LogBook();
  const { clock } = stillClock();
  const module = await start({
    providers: [Bank],
    services: { clock },
    options: { behaviors: [logging({ logger, ...options })], retry: { jitter: false } },
  });
  await act(module.get(CatgaMediator), module.get(Bank), (ms) => clock.advance(ms));
  await module.close();
  return logger;
}

describe('logging()', () => {
  it('writes a line for each message, with kind, name, id, handler and duration', async () => {
    const { lines } = await logged({}, (mediator) =>
      mediator.send(new ChargeCard('4111'), { messageId: 'c-1' }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]?.level).toBe('debug');
    expect(lines[0]?.text).toMatch(/^command cards\.charge c-1 in Bank\.charge took \d+\.\d ms$/);
  });

  it.each(['log', 'debug', 'verbose'] as const)('writes at the level %s', async (level) => {
    const logger = await logged({ level }, (mediator) => mediator.send(new ChargeCard('4111')));
    expect(logger.at(level)).toHaveLength(1);
  });

  it("writes nothing of what goes well at the level 'off', but warns and reports failures", async () => {
    const failed = await logged({ level: 'off', slowMs: Infinity }, async (mediator, bank) => {
      await mediator.send(new ChargeCard('4111'));
      bank.failures = 1;
      await mediator.trySend(new ChargeCard('4111'));
    });
    expect(failed.lines.map(({ level }) => level)).toEqual(['error']);
    const slow = await logged({ level: 'off', slowMs: 1 }, (mediator) => mediator.send(new Slow()));
    expect(slow.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('warns of slow messages', async () => {
    const logger = await logged({ slowMs: 1 }, (mediator) => mediator.send(new Slow()));
    expect(logger.at('warn')).toEqual([
      expect.stringMatching(/^query Slow \S+ in Bank\.slow was slow: \d+\.\d ms$/),
    ]);
  });

  it('reports a failure as an error, and lets it go on', async () => {
    const logger = await logged({}, async (mediator, bank) => {
      bank.failures = 1;
      await expect(mediator.send(new ChargeCard('4111'))).rejects.toThrow('declined');
    });
    expect(logger.at('error')).toEqual([
      expect.stringMatching(
        /^command cards\.charge \S+ in Bank\.charge failed after \d+\.\d ms: Error: declined$/,
      ),
    ]);
  });

  it('says which attempt it was', async () => {
    const logger = await logged({}, async (mediator, bank, advance) => {
      bank.failures = 1;
      await mediator.publish(new Charged('4111'));
      await advance(100);
    });
    expect(logger.lines.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^event Charged \S+ in app\.Bank\.charged failed/),
      expect.stringMatching(/^event Charged \S+ in app\.Bank\.charged \(attempt 2\) took/),
    ]);
  });

  it('never writes the content of a message or of a result', async () => {
    const logger = await logged({ slowMs: 0 }, async (mediator, bank) => {
      await mediator.send(new ChargeCard('4111-1111'));
      await mediator.publish(new Charged('4111-1111'));
      bank.failures = 1;
      await mediator.trySend(new ChargeCard('4111-1111'), { headers: { token: '4111-1111' } });
    });
    expect(logger.lines.length).toBeGreaterThan(2);
    expect(JSON.stringify(logger.lines)).not.toContain('4111-1111');
  });

  it("writes with Nest's Logger where none is given", async () => {
    const logger = new LogBook();
    const module = await start({ logger, providers: [Bank], options: { behaviors: [logging()] } });
    await module.get(CatgaMediator).send(new ChargeCard('4111'));
    await module.close();
    expect(logger.at('debug')).toEqual([expect.stringContaining('command cards.charge')]);
  });
});
