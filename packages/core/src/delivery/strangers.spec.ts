import { describe, expect, it } from '@jest/globals';
import { Strangers } from './strangers.js';

const address = (index: number) => ({ nodeId: `node-${index}`, incarnation: 1 });

function setUp() {
  const forgotten: string[] = [];
  const known = new Set<string>();
  const strangers = new Strangers(
    ({ nodeId }) => known.has(nodeId),
    ({ nodeId }) => void forgotten.push(nodeId),
  );
  return { strangers, forgotten, known };
}

describe('addresses that the directory does not know', () => {
  it('are remembered up to 256 of them, and then the oldest is forgotten for each new one', () => {
    const { strangers, forgotten } = setUp();
    for (let index = 0; index < 256; index++) strangers.meet(address(index));
    expect(forgotten).toEqual([]);
    for (let index = 256; index < 1000; index++) strangers.meet(address(index));
    expect(forgotten).toEqual(Array.from({ length: 744 }, (_, index) => `node-${index}`));
  });

  it('count once, however often they are met', () => {
    const { strangers, forgotten } = setUp();
    for (let times = 0; times < 1000; times++) strangers.meet(address(times % 256));
    expect(forgotten).toEqual([]);
  });

  it('are no longer among them once it does', () => {
    const { strangers, forgotten, known } = setUp();
    strangers.meet(address(0));
    known.add('node-0').add('node-1');
    strangers.meet(address(1));
    for (let index = 2; index < 300; index++) strangers.meet(address(index));
    expect(forgotten).not.toContain('node-0');
    expect(forgotten[0]).toBe('node-2');
  });
});
