import { describe, expect, it } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Command } from '../contracts/request.js';
import type { HandledListener } from '../pipeline/handler-context.js';
import { MessageEnvelope, NO_ATTRIBUTES } from '../pipeline/message-envelope.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { HandledListeners } from './handled-listeners.js';
import { MessageTap } from './message-tap.js';

class Pay extends Command {}
const type = describeMessage(Pay);

function setUp() {
  const clock = new TestClock();
  let listener: HandledListener | undefined;
  const listeners = new HandledListeners(new Timetable(clock), (wanted) => void (listener = wanted));
  const tap = new MessageTap(clock, 'one', listeners);
  let lastId = 0;
  const handle = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const envelope = new MessageEnvelope(
        new Pay(),
        type,
        'PayHandler',
        NO_ATTRIBUTES,
        () => `m${++lastId}`,
      );
      listener?.begun(envelope, Promise.resolve());
    }
    await clock.advance(0);
  };
  return { clock, tap, handle, isListening: () => listener !== undefined };
}

describe('a tap', () => {
  it('listens while it is asked, and for 15 seconds', async () => {
    const { clock, tap, handle, isListening } = setUp();
    expect(isListening()).toBe(false);
    const start = tap.page(undefined);
    expect(start).toEqual({ messages: [], next: 1, missed: 0 });
    await clock.advance(14_999);
    await handle(1);
    expect(tap.page(start.next).messages).toMatchObject([
      { sequence: 1, messageId: 'm1', handler: 'PayHandler' },
    ]);
    await clock.advance(14_999);
    expect(isListening()).toBe(true);
    await clock.advance(1);
    expect(isListening()).toBe(false);
  });

  it('tells each message once, some at a time', async () => {
    const { tap, handle } = setUp();
    let { next } = tap.page(undefined);
    await handle(450);
    const sizes: number[] = [];
    const seen = new Set<number>();
    for (let page = tap.page(next); page.messages.length > 0; page = tap.page(next)) {
      sizes.push(page.messages.length);
      for (const { sequence } of page.messages) seen.add(sequence);
      next = page.next;
    }
    expect([sizes, seen.size]).toEqual([[200, 200, 50], 450]);
  });

  it('remembers the latest thousand, and tells how many it missed', async () => {
    const { tap, handle } = setUp();
    const { next } = tap.page(undefined);
    await handle(1200);
    const { messages, missed } = tap.page(next);
    expect([missed, messages[0]?.sequence]).toEqual([200, 201]);
  });

  it.each([99, -5, 1.5, 'x', null])('begins with what there is for whoever asks from %p on', async (next) => {
    const { tap, handle } = setUp();
    tap.page(undefined);
    await handle(3);
    const page = tap.page(next);
    expect(page.next).toBe(4);
    expect([0, 3]).toContain(page.messages.length);
  });
});
