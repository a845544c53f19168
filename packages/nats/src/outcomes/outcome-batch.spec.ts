import { describe, expect, it } from '@jest/globals';
import type { LoggedOutcome, StoredOutcome } from '@catga/core/engine';
import { encodeOutcomes, findOutcomes } from './outcome-batch.js';

const logged = (id: string, ok: boolean, bytes: number): LoggedOutcome => ({
  id,
  outcome: { ok, body: new Uint8Array(bytes).fill(bytes) },
});

function read(messages: readonly Uint8Array[]): [string, StoredOutcome][] {
  const found: [string, StoredOutcome][] = [];
  for (const message of messages)
    findOutcomes(
      message,
      () => true,
      (id, outcome) => void found.push([id, outcome]),
    );
  return found;
}

describe('outcomes in messages', () => {
  const outcomes = [logged('a', true, 3), logged('ключ', false, 0), logged('c', true, 200)];

  it('are read as they were written', () => {
    expect(read(encodeOutcomes(outcomes, 1000))).toEqual(outcomes.map(({ id, outcome }) => [id, outcome]));
  });

  it('are read as bytes where they were text', () => {
    const text: LoggedOutcome = { id: 'd', outcome: { ok: false, body: '{"€":1}' } };
    const [message] = encodeOutcomes([text, ...outcomes], 1000);
    expect(read([message!])).toEqual([
      ['d', { ok: false, body: new Uint8Array(Buffer.from('{"€":1}')) }],
      ...outcomes.map(({ id, outcome }) => [id, outcome]),
    ]);
  });

  it('go into as many messages as they need', () => {
    const messages = encodeOutcomes(outcomes, 50);
    expect(messages.map(({ byteLength }) => byteLength <= 50)).toEqual([true, false]);
    expect(read(messages)).toHaveLength(3);
    expect(encodeOutcomes([], 50)).toEqual([]);
  });

  it('that nobody wants are passed over', () => {
    const found: string[] = [];
    const [message] = encodeOutcomes(outcomes, 1000);
    findOutcomes(
      message!,
      (id) => id === 'c',
      (id) => void found.push(id),
    );
    expect(found).toEqual(['c']);
  });

  it('that are cut short hurt nothing', () => {
    const [message] = encodeOutcomes(outcomes, 1000);
    for (let length = 0; length < message!.byteLength; length++) {
      expect(read([message!.subarray(0, length)]).length).toBeLessThan(3);
    }
  });
});
