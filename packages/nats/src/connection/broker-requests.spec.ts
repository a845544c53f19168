import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { BrokerRequests } from './broker-requests.js';
import { FakeSession } from '../testing/fake-session.fixture.js';
import type { ClientMessage } from './client-connection.js';

/** A broker that answers when it is told to, or never. */
class SilentBroker {
  readonly clock = new TestClock();
  /** When each request came. */
  readonly times: number[] = [];
  readonly session = new FakeSession(() => void this.times.push(this.clock.monotonicMs()));
  readonly requests = new BrokerRequests(this.session.asSession, this.clock, {
    timeoutMs: 10_000,
    inboxPrefix: undefined,
  });

  ask(): Promise<ClientMessage> {
    return this.requests.ask('orders', new Uint8Array(0));
  }

  answer(): void {
    this.session.answer(0, {});
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
    broker.session.goAway();
    await broker.clock.advance(5000);
    broker.session.comeBack();
    expect(broker.times).toEqual([0, 5100]);
    await broker.clock.advance(20_000);
    await expect(failed).resolves.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
  });
});
