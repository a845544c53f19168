import { describe, expect, it } from '@jest/globals';
import { nextTurn } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import { TurnAcks } from './turn-acks.js';

function acksOf(session: { isClosed: boolean; isFull?: boolean }): { acks: TurnAcks; written: string[] } {
  const written: string[] = [];
  const publish = (subject: string): void => {
    if (session.isFull === true && subject === 'b') throw new Error('too much is kept');
    written.push(subject);
  };
  return { acks: new TurnAcks(Object.assign(session, { publish }) as unknown as BrokerSession), written };
}

describe('the acknowledgements of a turn', () => {
  it('are written together at its end, in their order', async () => {
    const { acks, written } = acksOf({ isClosed: false });
    acks.add('a');
    await Promise.resolve();
    acks.add('b');
    expect(written).toEqual([]);
    await nextTurn();
    expect(written).toEqual(['a', 'b']);
    acks.add('c');
    await nextTurn();
    expect(written).toEqual(['a', 'b', 'c']);
  });

  it('are written once where somebody cannot wait for the end', async () => {
    const { acks, written } = acksOf({ isClosed: false });
    acks.add('a');
    acks.write();
    expect(written).toEqual(['a']);
    await nextTurn();
    expect(written).toEqual(['a']);
  });

  it('are not told to a broker that is gone, and one that is not taken keeps no other back', async () => {
    const gone = acksOf({ isClosed: true });
    gone.acks.add('a');
    await nextTurn();
    expect(gone.written).toEqual([]);
    const full = acksOf({ isClosed: false, isFull: true });
    for (const reply of ['a', 'b', 'c']) full.acks.add(reply);
    await nextTurn();
    expect(full.written).toEqual(['a', 'c']);
  });
});
