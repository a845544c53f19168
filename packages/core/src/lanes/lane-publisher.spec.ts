import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { storedMessage } from '../memory/memory.fixture.js';
import type { LaneFrame, LaneReceipt } from '../ports/lane-log.js';
import { LanePublisher } from './lane-publisher.js';

const FRESH = { isFresh: true };

/** A log that answers when a test says so. */
class AnsweredLog {
  readonly lanes = 4;
  readonly maxFrameBytes = 1024 * 1024;
  readonly asked: {
    lane: number;
    frame: LaneFrame;
    answer(isDuplicate?: boolean): void;
    refuse(code: CatgaError['code']): void;
  }[] = [];

  append(lane: number, frame: LaneFrame): Promise<LaneReceipt> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        lane,
        frame,
        answer: (isDuplicate = false) => resolve({ position: 1, isDuplicate }),
        refuse: (code) => reject(new CatgaError(code, 'no')),
      });
    });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a publisher to lanes', () => {
  it('stores the events of a key that come in one turn as one frame, of at most 64', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    for (let index = 0; index < 70; index++)
      void publisher.append(storedMessage(`m${index}`, { key: 'k' }), FRESH);
    await turn();
    expect(log.asked.map(({ frame }) => frame.events)).toEqual([64, 6]);
    expect(new Set(log.asked.map(({ lane }) => lane)).size).toBe(1);
  });

  it('lets an event whose id may come again travel alone, and tells of a duplicate', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const fresh = publisher.append(storedMessage('m1', { key: 'k' }), FRESH);
    const chosen = publisher.append(storedMessage('m2', { key: 'k' }), {});
    await turn();
    expect(log.asked.map(({ frame }) => frame.events)).toEqual([1, 1]);
    for (const { answer } of log.asked) answer(true);
    await expect(fresh).resolves.toEqual({ duplicate: false });
    await expect(chosen).resolves.toEqual({ duplicate: true });
  });

  it('sends an event that is in doubt again in the frame that it was in', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const both = ['m1', 'm2'].map((id) => publisher.append(storedMessage(id, { key: 'k' }), FRESH));
    await turn();
    log.asked[0]?.refuse('CATGA_ENGINE_UNAVAILABLE');
    for (const one of both) await expect(one).rejects.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
    const again = publisher.append(storedMessage('m2', { key: 'k' }), {});
    await turn();
    expect(log.asked[1]?.frame).toBe(log.asked[0]?.frame);
    log.asked[1]?.answer();
    await expect(again).resolves.toEqual({ duplicate: false });
  });

  it('stores the events of a frame that is refused one by one, so that one takes none along', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const [bad, good] = ['m1', 'm2'].map((id) => publisher.append(storedMessage(id, { key: 'k' }), FRESH));
    await turn();
    log.asked[0]?.refuse('CATGA_SERIALIZATION');
    await turn();
    log.asked[1]?.refuse('CATGA_SERIALIZATION');
    log.asked[2]?.answer();
    await expect(bad).rejects.toMatchObject({ code: 'CATGA_SERIALIZATION' });
    await expect(good).resolves.toEqual({ duplicate: false });
  });

  it('has 16 frames under way, and gathers what comes meanwhile', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    for (let index = 0; index < 16; index++) {
      void publisher.append(storedMessage(`m${index}`, { key: 'k' }), FRESH);
      await turn();
    }
    for (let index = 16; index < 20; index++) {
      void publisher.append(storedMessage(`m${index}`, { key: 'k' }), FRESH);
      await turn();
    }
    expect(log.asked).toHaveLength(16);
    log.asked[0]?.answer();
    await turn();
    expect(log.asked).toHaveLength(17);
    expect(log.asked[16]?.frame.events).toBe(4);
  });

  it.each([
    { size: 'small', bytes: 100, underWay: 256 },
    { size: 'large', bytes: 5000, underWay: 16 },
  ])('has $underWay $size events under way that share no frame', async ({ bytes, underWay }) => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const body = new Uint8Array(bytes);
    for (let index = 0; index < 300; index++)
      void publisher.append(storedMessage(`m${index}`, { key: 'k', body }), {});
    await turn();
    expect(log.asked).toHaveLength(underWay);
    for (let asked = 0; asked < log.asked.length; asked++) {
      log.asked[asked]?.answer();
      await turn();
    }
    expect(log.asked).toHaveLength(300);
  });

  it('does not let events wait longer than a frame that the broker did not take', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const outcomes: string[] = [];
    const append = (id: string, key: string): void => {
      publisher.append(storedMessage(id, { key }), {}).then(
        () => outcomes.push(`${id} stored`),
        ({ code }: CatgaError) => outcomes.push(`${id} ${code}`),
      );
    };
    for (let index = 0; index < 258; index++) append(`m${index}`, 'k');
    await turn();
    expect(log.asked).toHaveLength(256);
    log.asked[0]?.answer();
    await turn();
    append('late', 'k');
    log.asked[256]?.refuse('CATGA_ENGINE_UNAVAILABLE'); // Sent when m257 was waiting, and before the late one came.
    await turn();
    expect(outcomes.toSorted()).toEqual([
      'm0 stored',
      'm256 CATGA_ENGINE_UNAVAILABLE',
      'm257 CATGA_ENGINE_UNAVAILABLE',
    ]);
    expect(log.asked).toHaveLength(258);
    log.asked[257]?.answer();
    await turn();
    expect(outcomes).toContain('late stored');
  });

  it('refuses more than 64 MiB of events that wait', async () => {
    const log = new AnsweredLog();
    const publisher = new LanePublisher(log, 'n/1');
    const body = new Uint8Array(1024 * 1024 - 1024);
    const codes: string[] = [];
    for (let index = 0; index < 120; index++)
      publisher
        .append(storedMessage(`m${index}`, { key: `k${index}`, body }), {})
        .catch(({ code }: CatgaError) => codes.push(code));
    await turn();
    expect(new Set(codes)).toEqual(new Set(['CATGA_OVERLOADED']));
    for (let asked = 0; asked < log.asked.length; asked++) {
      log.asked[asked]?.answer();
      await turn();
    }
    await expect(
      Promise.race([publisher.append(storedMessage('next'), FRESH), turn()]),
    ).resolves.toBeUndefined();
  });
});
