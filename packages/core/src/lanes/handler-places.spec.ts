import { describe, expect, it } from '@jest/globals';
import { Received, storedCommand } from '../memory/memory.fixture.js';
import type { LogDelivery } from '../ports/durable-log.js';
import { HandlerPlaces } from './handler-places.js';

/** Deliveries of the queue, and how each was settled. */
class Queue {
  readonly settled: string[] = [];

  delivery(id: string): LogDelivery {
    const end = (how: string) => () => {
      this.settled.push(`${how} ${id}`);
      return Promise.resolve();
    };
    return {
      message: storedCommand(id),
      attempt: 1,
      ack: end('ack'),
      nak: end('nak'),
      release: end('release'),
    };
  }
}

describe('the places of a handler of commands', () => {
  const queue = new Queue();

  it('are those of the queue while nothing comes from lanes', async () => {
    const received = new Received();
    const places = new HandlerPlaces(2, received.take);
    for (const id of ['a', 'b']) places.add(queue.delivery(id));
    expect([received.ids, places.areFree]).toEqual([['a', 'b'], false]);
    await received.last.ack();
    await received.last.nak(0); // In vain, and no second place.
    expect(places.areFree).toBe(true);
    places.take();
    expect(places.areFree).toBe(false);
  });

  it('are had in turns by the lanes and the queue, where both have something to begin', () => {
    const began: string[] = [];
    const places = new HandlerPlaces(10, ({ message }) => void began.push(message.messageId));
    places.schedule = () => {};
    for (const id of ['a', 'b', 'c']) places.add(queue.delivery(id));
    let left = 2;
    const ofLanes = (): boolean => {
      if (left-- > 0) began.push('lane');
      return left >= 0;
    };
    while (places.beginNext(ofLanes));
    expect(began).toEqual(['lane', 'a', 'lane', 'b', 'c']);
  });

  it('are not waited for by what the queue hands over once it is left', () => {
    const received = new Received();
    const places = new HandlerPlaces(1, received.take);
    places.schedule = () => {};
    places.add(queue.delivery('waits'));
    places.giveBack();
    expect([received.ids, places.areWaitedFor, queue.settled.at(-1)]).toEqual([[], false, 'release waits']);
  });

  it('are free again after a callback that throws, which has another attempt', () => {
    const places = new HandlerPlaces(1, () => {
      throw new Error('not taken');
    });
    places.add(queue.delivery('thrown'));
    expect([places.areFree, queue.settled.at(-1)]).toEqual([true, 'nak thrown']);
  });
});
