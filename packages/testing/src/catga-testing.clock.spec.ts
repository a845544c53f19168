import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import {
  CatgaDeadLetters,
  CatgaMediator,
  Command,
  EventHandler,
  Message,
  ReliableEvent,
  RequestHandler,
} from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { CatgaTesting, TestClock } from './index.js';
import { Gate, shop } from './shop.fixture.js';

@ReliableEvent()
class Shipped {
  constructor(readonly order: string) {}
}

@Message({ timeoutMs: 5000 })
class Charge extends Command<string> {}

class Remind extends Command {}

@Injectable()
class Carrier {
  failing = true;
  readonly attempts: number[] = [];
  readonly reminders: Date[] = [];
  readonly charging = new Gate();
  charged: AbortSignal | undefined;

  @EventHandler(Shipped, { maxAttempts: 3 })
  ship(_event: Shipped, { attempt }: MessageContext): void {
    this.attempts.push(attempt);
    if (this.failing) throw new Error('the van broke down');
  }

  @RequestHandler(Charge)
  async charge(_command: Charge, { signal }: MessageContext): Promise<string> {
    this.charged = signal;
    await this.charging.opened;
    return 'charged';
  }

  @RequestHandler(Remind)
  remind(): void {
    this.reminders.push(new Date());
  }
}

const RETRY = { initialDelayMs: 100, multiplier: 10, jitter: false };

describe('the clock of a testing module', () => {
  let module: TestingModule;
  const carrier = (): Carrier => module.get(Carrier);
  const testing = (): CatgaTesting => module.get(CatgaTesting);
  const mediator = (): CatgaMediator => module.get(CatgaMediator);

  afterEach(async () => {
    carrier().charging.open();
    await module.close();
  });

  it('stands still: a failed event is tried again only when the clock is moved', async () => {
    module = await shop([Carrier], { retry: RETRY });
    await mediator().publish(new Shipped('o1'));
    await testing().settled();
    expect(carrier().attempts).toEqual([1]);
    await testing().advance(99);
    expect(carrier().attempts).toEqual([1]);
    carrier().failing = false;
    await testing().advance(1);
    expect(carrier().attempts).toEqual([1, 2]);
    expect(testing().failures).toMatchObject([{ attempt: 1, disposition: 'retried' }]);
  });

  it('takes an event through all its attempts to the dead letters, and back', async () => {
    module = await shop([Carrier], { retry: RETRY });
    await mediator().publish(new Shipped('o1'));
    await testing().advance(1100);
    expect(carrier().attempts).toEqual([1, 2, 3]);
    const [letter, ...others] = await testing().deadLetters({ name: 'Shipped' });
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      message: { order: 'o1' },
      attempts: 3,
      error: { message: 'the van broke down' },
    });
    carrier().failing = false;
    await module.get(CatgaDeadLetters).redrive(letter!.id);
    await testing().settled();
    expect(carrier().attempts).toEqual([1, 2, 3, 1]);
    await expect(testing().deadLetters()).resolves.toEqual([]);
  });

  it('lists dead letters beyond one page', async () => {
    module = await shop([Carrier], { retry: { maxAttempts: 1 } });
    for (let count = 0; count < 105; count++) await mediator().publish(new Shipped(`o${count}`));
    await testing().advance(20_000);
    await expect(testing().deadLetters()).resolves.toHaveLength(105);
  });

  it('lets the deadline of a message pass', async () => {
    module = await shop([Carrier]);
    const outcome = mediator().trySend(new Charge());
    await testing()
      .advance(5000, { withinMs: 20 })
      .catch(() => {});
    await expect(outcome).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_TIMEOUT' } });
    expect(carrier().charged?.aborted).toBe(true);
  });

  it('lets the deadline of a call pass, and not a millisecond earlier', async () => {
    module = await shop([Carrier]);
    let error: unknown;
    const sent = mediator()
      .send(new Charge(), { timeoutMs: 250 })
      .catch((thrown: unknown) => (error = thrown));
    await testing().clock.advance(249);
    expect(error).toBeUndefined();
    await testing().clock.advance(1);
    await sent;
    expect(error).toMatchObject({ code: 'CATGA_TIMEOUT' });
  });

  it('runs a delayed command when its time has come', async () => {
    module = await shop([Carrier]);
    await mediator().enqueue(new Remind(), { delayMs: 3_600_000 });
    await testing().advance(3_599_999);
    expect(carrier().reminders).toEqual([]);
    await testing().advance(1);
    expect(carrier().reminders).toHaveLength(1);
  });

  it('may be one that the test made', async () => {
    const clock = new TestClock(Date.UTC(2030, 0, 1));
    module = await shop([Carrier], { clock });
    expect(testing().clock).toBe(clock);
    await mediator().publish(new Shipped('o1'));
    await testing().settled();
    await testing().advance(60_000);
    const [letter] = await testing().deadLetters();
    expect(letter?.sentAt).toEqual(new Date(Date.UTC(2030, 0, 1)));
  });

  it("may be the machine's, which no test moves", async () => {
    module = await shop([Carrier], { clock: 'system', retry: { maxAttempts: 2, initialDelayMs: 1 } });
    expect(() => testing().clock).toThrow('The node uses the system clock');
    carrier().charging.open();
    await expect(mediator().send(new Charge())).resolves.toBe('charged');
  });
});

describe('closing a testing module', () => {
  it('gives up on handlers that do not end although nobody moves the clock, and aborts their signals', async () => {
    const module = await shop([Carrier]);
    void module.get(CatgaMediator).trySend(new Charge());
    const carrier = module.get(Carrier);
    await module.close();
    expect(carrier.charged?.aborted).toBe(true);
  });

  it('waits for handlers that end', async () => {
    const module = await shop([Carrier]);
    const outcome = module.get(CatgaMediator).send(new Charge());
    setTimeout(() => module.get(Carrier).charging.open(), 5);
    await module.close();
    await expect(outcome).resolves.toBe('charged');
  });
});
