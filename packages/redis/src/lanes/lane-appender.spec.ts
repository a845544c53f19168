import { CatgaError } from '@catga/core';
import type { LaneReceipt } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LuaArgument, LuaReply, LuaScript } from '../connection/lua-script.js';
import { LaneAppender } from './lane-appender.js';

const unavailable = new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away');

interface Sent {
  readonly id: string;
  readonly after: string;
  readonly answer: (answer: number) => Promise<void>;
  readonly fail: (reason: Error) => Promise<void>;
}

describe('frames that are appended to a lane without waiting', () => {
  let sent: Sent[];
  let mended: number;
  let appender: LaneAppender;
  const ends = new Map<string, number | string>();

  const turn = () => new Promise((resolve) => void setImmediate(resolve));
  const runDirectly = (
    _: LuaScript,
    __: readonly string[],
    args: readonly LuaArgument[] = [],
  ): Promise<LuaReply> =>
    new Promise((resolve, reject) => {
      const [id, , after] = args;
      sent.push({
        id: String(id),
        after: String(after),
        answer: async (answer) => {
          resolve(answer);
          await turn();
        },
        fail: async (reason) => {
          reject(reason);
          await turn();
        },
      });
    });
  const append = (...ids: readonly string[]): void => {
    for (const id of ids)
      appender.append({ id, bytes: new Uint8Array(), events: 1 }).then(
        ({ position, isDuplicate }: LaneReceipt) => void ends.set(id, isDuplicate ? 'duplicate' : position),
        ({ code }: CatgaError) => void ends.set(id, code),
      );
  };
  const underWay = (): string[] => sent.map(({ id, after }) => `${id} after ${after || 'any'}`);
  /** Answers what was sent first. */
  const answer = async (value: number | Error): Promise<void> => {
    const first = sent.shift()!;
    await (typeof value === 'number' ? first.answer(value) : first.fail(value));
  };

  beforeEach(() => {
    sent = [];
    mended = 0;
    ends.clear();
    const options = { deduplicationWindowMs: 1000, maxFramesPerLane: 10 };
    appender = new LaneAppender('{lane}', { runDirectly }, options, () => Promise.resolve(++mended));
  });

  it('are sent at once, each to be stored behind the one before it while that is under way', async () => {
    append('a', 'b', 'c');
    expect(underWay()).toEqual(['a after any', 'b after a', 'c after b']);
    await answer(1);
    await answer(2);
    await answer(0);
    append('d');
    expect(underWay()).toEqual(['d after any']);
    expect([...ends]).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 'duplicate'],
    ]);
  });

  it('that came before their predecessor are sent again behind it, all of them, and later ones wait for them', async () => {
    append('a', 'b', 'c');
    const [a] = sent.splice(0, 1);
    await answer(-1);
    await answer(-1);
    append('d');
    expect(underWay()).toEqual([]);
    await a!.answer(1);
    expect(underWay()).toEqual(['b after any', 'c after b', 'd after c']);
  });

  it('that were refused do not hold up those behind them', async () => {
    append('a', 'b');
    await answer(-2);
    await answer(-1);
    expect(ends.get('a')).toBe('CATGA_OVERLOADED');
    expect(underWay()).toEqual(['b after any']);
  });

  it('fail together with one before them of which nobody knows whether it is stored, unless they are stored', async () => {
    append('a', 'b', 'c');
    await answer(unavailable);
    await answer(2);
    await answer(-1);
    expect([...ends]).toEqual([
      ['a', 'CATGA_ENGINE_UNAVAILABLE'],
      ['b', 2],
      ['c', 'CATGA_ENGINE_UNAVAILABLE'],
    ]);
    append('a');
    expect(underWay()).toEqual(['a after any']);
  });

  it('fail together with it also when they wait already', async () => {
    append('a', 'b', 'c');
    const [a] = sent.splice(0, 1);
    await answer(-1);
    await answer(-1);
    await a!.fail(unavailable);
    expect([...ends.values()]).toEqual(Array.from({ length: 3 }, () => 'CATGA_ENGINE_UNAVAILABLE'));
    expect(underWay()).toEqual([]);
  });

  it('go on in their order once a lane is mended into which somebody else has written', async () => {
    append('a', 'b');
    await answer(-3);
    await answer(-1);
    expect(mended).toBe(1);
    expect(underWay()).toEqual(['a after any']);
    await answer(7);
    expect(underWay()).toEqual(['b after any']);
  });

  it('fail where the lane must be mended again and again', async () => {
    append('a');
    for (let time = 0; time < 4; time++) await answer(-3);
    expect(ends.get('a')).toBe('CATGA_ENGINE_UNAVAILABLE');
    expect(mended).toBe(3);
  });
});
