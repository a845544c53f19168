import { describe, expect, it } from '@jest/globals';
import { MessagesAtWork } from './messages-at-work.js';
import type { WorkOnMessage } from './messages-at-work.js';

describe('the messages that a subscription works on', () => {
  const atWork = new MessagesAtWork();

  function begin(name: string): WorkOnMessage {
    const work = atWork.begin({ name, messageId: 'm1' });
    if ('then' in work) throw new Error(`${name} waits`);
    return work;
  }

  it('are told apart by name and id, in whatever order they end', async () => {
    const works = ['Placed', 'Paid', 'Sent'].map(begin);
    for (const index of [1, 0, 2]) {
      const name = ['Placed', 'Paid', 'Sent'][index]!;
      const waiting = atWork.begin({ name, messageId: 'm1' });
      works[index]!.end();
      const again = await waiting;
      again!.end();
    }
    for (const name of ['Placed', 'Paid', 'Sent']) begin(name).end();
  });

  it('wait for the one that came before, and are done if it has succeeded', async () => {
    const work = begin('Placed');
    const waiting = atWork.begin({ name: 'Placed', messageId: 'm1' });
    work.progress = 'succeeded';
    work.end();
    expect(await waiting).toBeUndefined();
    begin('Placed').end();
  });

  it('wait for one that was to come once only after it was lost', async () => {
    const message = { name: 'Placed', messageId: 'm1' };
    const lost = atWork.begin(message, true) as WorkOnMessage;
    const other = atWork.begin(message, true) as WorkOnMessage;
    other.end();
    lost.lost(undefined);
    const again = atWork.begin(message, true);
    lost.progress = 'succeeded';
    lost.end();
    expect(await again).toBeUndefined();
    lost.lost(undefined); // Too late to be waited for.
    begin('Placed').end();
  });

  it('wait one for another, however many there are', async () => {
    const first = begin('Placed');
    const second = Promise.resolve(atWork.begin({ name: 'Placed', messageId: 'm1' }));
    const third = Promise.resolve(atWork.begin({ name: 'Placed', messageId: 'm1' }));
    first.end();
    const begun = (await second)!;
    expect(await Promise.race([third, Promise.resolve('waits')])).toBe('waits');
    begun.end();
    (await third)!.end();
  });
});
