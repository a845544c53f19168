import { describe, expect, it } from '@jest/globals';
import { UnknownSenders } from './unknown-senders.js';

const address = (index: number) => ({ nodeId: `node-${index}`, incarnation: 1 });

function setUp() {
  const forgotten: string[] = [];
  const known = new Set<string>();
  const unknown = new UnknownSenders(
    ({ nodeId }) => known.has(nodeId),
    ({ nodeId }) => void forgotten.push(nodeId),
  );
  return { unknown, forgotten, known };
}

describe('addresses that the directory does not know', () => {
  it('are remembered up to 256 of them, and then the oldest is forgotten for each new one', () => {
    const { unknown, forgotten } = setUp();
    for (let index = 0; index < 256; index++) unknown.meet(address(index));
    expect(forgotten).toEqual([]);
    for (let index = 256; index < 1000; index++) unknown.meet(address(index));
    expect(forgotten).toEqual(Array.from({ length: 744 }, (_, index) => `node-${index}`));
  });

  it('count once, however often they are met', () => {
    const { unknown, forgotten } = setUp();
    for (let times = 0; times < 1000; times++) unknown.meet(address(times % 256));
    expect(forgotten).toEqual([]);
  });

  it('are no longer among them once it does', () => {
    const { unknown, forgotten, known } = setUp();
    unknown.meet(address(0));
    known.add('node-0').add('node-1');
    unknown.meet(address(1));
    for (let index = 2; index < 300; index++) unknown.meet(address(index));
    expect(forgotten).not.toContain('node-0');
    expect(forgotten[0]).toBe('node-2');
  });
});
