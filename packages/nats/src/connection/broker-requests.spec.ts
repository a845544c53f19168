import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { BrokerRequests } from './broker-requests.js';
import type { BrokerSession } from './broker-session.js';
import type { ClientMessage } from './client-connection.js';

/** A broker that answers when it is told to, or never. */
class SilentBroker {
  readonly clock = new TestClock();
  /** When each request came, and where it wants its answer. */
  readonly asked: { readonly atMs: number; readonly reply: string }[] = [];
  isUp = true;
  private received: (message: ClientMessage) => void = () => {};
  private returned: () => void = () => {};

  readonly requests = new BrokerRequests(
    Object.defineProperty(
      {
        publish: (_subject: string, _payload: Uint8Array, { reply = '' }: { reply?: string }) =>
          void this.asked.push({ atMs: this.clock.monotonicMs(), reply }),
        subscribe: (_subject: string, received: (message: ClientMessage) => void) => {
          this.received = received;
          return { unsubscribe: () => {} };
        },
        onRefusal: () => () => {},
        refusalOf: () => undefined,
        onReturn: (listener: () => void) => {
          this.returned = listener;
          return () => {};
        },
      },
      'isUp',
      { get: () => this.isUp },
    ) as unknown as BrokerSession,
    this.clock,
    { timeoutMs: 10_000, inboxPrefix: undefined },
  );

  ask(): Promise<ClientMessage> {
    return this.requests.ask('orders', new Uint8Array(0));
  }

  answer(): void {
    const subject = this.asked[0]?.reply ?? '';
    this.received({ subject, data: new Uint8Array(0), json: <T>() => ({}) as T });
  }

  comeBack(): void {
    this.isUp = true;
    this.returned();
  }

  get times(): readonly number[] {
    return this.asked.map(({ atMs }) => atMs);
  }
}

describe('A request to the broker without an answer', () => {
  it('is sent again, at growing intervals, and fails with its code at its timeout', async () => {
    const broker = new SilentBroker();
    const failed = broker.ask().catch((thrown: unknown) => thrown);
    await broker.clock.advance(20_000);
    await expect(failed).resolves.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
    expect(broker.times).toEqual([0, 1000, 3000, 7000]);
  });

  it('is not sent again once it has one', async () => {
    const broker = new SilentBroker();
    const asked = broker.ask();
    await broker.clock.advance(1500);
    broker.answer();
    await asked;
    await broker.clock.advance(20_000);
    expect(broker.times).toEqual([0, 1000]);
  });

  it('is not sent again because this process was busy, if its answer has come by then', async () => {
    const broker = new SilentBroker();
    const asked = broker.ask();
    // It came while the event loop stood still, and is read in the turn after the timers.
    broker.clock.setTimer(1000, () => void setImmediate(() => broker.answer()));
    await broker.clock.advance(1000);
    await asked;
    expect(broker.times).toEqual([0]);
  });

  it('is sent again at once after a reconnect, and not while there is no connection', async () => {
    const broker = new SilentBroker();
    const failed = broker.ask().catch((thrown: unknown) => thrown);
    await broker.clock.advance(100);
    broker.isUp = false;
    await broker.clock.advance(5000);
    broker.comeBack();
    expect(broker.times).toEqual([0, 5100]);
    await broker.clock.advance(20_000);
    await expect(failed).resolves.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
  });
});
