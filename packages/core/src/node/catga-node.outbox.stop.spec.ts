import { describe, expect, it } from '@jest/globals';
import { alteredOutbox, Diary, startWithOutbox } from './outbox.fixture.js';

const MINUTE = 60_000;

describe('a node that stops with messages in its outbox', () => {
  it('sends them first if the engine is back in time', async () => {
    const { node, engine, clock, publish } = await startWithOutbox();
    engine.weather = 'away';
    await publish('a1', 'a2');
    const stopped = node.stop();
    await clock.advance(5_000);
    engine.weather = 'fine';
    await clock.advance(4_999);
    await stopped;
    expect(engine.appended.map(({ messageId }) => messageId)).toEqual(['a1', 'a2']);
  });

  it('says how many it lost if they end with the process', async () => {
    const diary = new Diary();
    const { node, engine, clock, publish } = await startWithOutbox({}, { logger: diary.logger });
    engine.weather = 'away';
    await publish('a1', 'a2');
    let hasStopped = false;
    const stopped = node.stop().then(() => (hasStopped = true));
    await clock.advance(9_999);
    expect(hasStopped).toBe(false);
    await clock.advance(1);
    await stopped;
    expect(diary.lines.at(-1)).toBe('2 messages in the outbox were not sent and are lost.');
  });

  it('does not wait for an engine that is away if they outlast the process', async () => {
    const diary = new Diary();
    const outbox = alteredOutbox(() => ({}), { isLasting: true });
    const { node, engine, clock, publish } = await startWithOutbox({ outbox }, { logger: diary.logger });
    engine.weather = 'away';
    await publish('a1');
    await clock.advance(1_000);
    const attempts = engine.attempts;
    await node.stop();
    expect(engine.attempts).toBe(attempts + 1);
    expect(diary.lines.at(-1)).toBe('1 messages remain in the outbox until the node restarts.');
  });

  it('stops even if the outbox cannot be closed, and reports it', async () => {
    const outbox = alteredOutbox(() => ({ close: () => Promise.reject(new Error('disk gone')) }));
    const { node } = await startWithOutbox({ outbox });
    const errors: string[] = [];
    node.failures.subscribe(({ error }) => errors.push(error.message));
    await node.stop();
    expect(errors).toEqual(['disk gone']);
  });

  it('says once that messages wait, and once that they do no more', async () => {
    const diary = new Diary();
    const { engine, clock, publish } = await startWithOutbox({}, { logger: diary.logger });
    engine.weather = 'away';
    await publish('a1', 'a2');
    await clock.advance(MINUTE);
    engine.weather = 'fine';
    await clock.advance(MINUTE);
    expect(diary.lines).toEqual([
      'The engine is unavailable; messages are stored in the outbox: The broker is away.',
      'The outbox is connected to the engine again, and sends its messages.',
    ]);
  });
});
