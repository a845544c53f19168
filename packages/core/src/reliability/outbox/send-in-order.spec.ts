import { describe, expect, it } from '@jest/globals';
import type { OutboxEntry } from '../../ports/outbox-store.js';
import { nextTurn } from '../../time/next-turn.js';
import { sendInOrder } from './send-in-order.js';

function entry(id: string, key?: string): OutboxEntry {
  return { id, message: { messageId: id, key } as OutboxEntry['message'] };
}

const idsOf = (entries: readonly OutboxEntry[]): string[] => entries.map(({ id }) => id);

/** A log that takes its time; of what it says it refuses, nothing is stored. */
class SlowLog {
  readonly stored: string[] = [];
  underWay = 0;
  mostUnderWay = 0;

  constructor(private readonly refused: readonly string[] = []) {}

  readonly append = async ({ id }: OutboxEntry): Promise<void> => {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    await nextTurn();
    this.underWay--;
    if (this.refused.includes(id)) throw new Error(`not ${id}`);
    this.stored.push(id);
  };
}

const keyed = [
  entry('a1', 'a'),
  entry('b1', 'b'),
  entry('a2', 'a'),
  entry('x'),
  entry('b2', 'b'),
  entry('a3', 'a'),
];

describe('sending in order', () => {
  it('sends messages of one key one after another, and all others meanwhile', async () => {
    const log = new SlowLog();
    const { stored } = await sendInOrder(keyed, log.append, () => 'retry');
    expect(log.stored).toEqual(['a1', 'b1', 'x', 'a2', 'b2', 'a3']);
    expect(idsOf(stored)).toEqual(log.stored);
    expect(log.mostUnderWay).toBe(3);
  });

  it('holds back what follows a message of its key that is to be tried again', async () => {
    const log = new SlowLog(['a1']);
    const { stored, toRetry, toPark } = await sendInOrder(keyed, log.append, () => 'retry');
    expect(idsOf(stored)).toEqual(['b1', 'x', 'b2']);
    expect(toRetry).toMatchObject([{ entry: { id: 'a1' }, error: { message: 'not a1' } }]);
    expect(toPark).toEqual([]);
  });

  it('goes on behind a message that is set aside', async () => {
    const log = new SlowLog(['a1', 'x']);
    const { stored, toPark } = await sendInOrder(keyed, log.append, () => 'park');
    expect(idsOf(stored)).toEqual(['b1', 'a2', 'b2', 'a3']);
    expect(toPark.map(({ entry: { id } }) => id)).toEqual(['a1', 'x']);
  });
});
