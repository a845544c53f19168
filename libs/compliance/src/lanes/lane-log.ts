import type { LaneLog } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReadFrames, bytesOf, textFrame } from './lane-lab.js';
import type { LaneLab } from './lane-lab.js';

const numbers = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, i) => String(from + i));

/** Append-only log in lanes. */
export function laneLog(lab: LaneLab): void {
  describe('a log in lanes', () => {
    let log: LaneLog;
    beforeEach(async () => void ({ log } = await lab.connect()));

    const append = async (texts: readonly string[], lane = 0): Promise<void> =>
      void (await Promise.all(texts.map((text) => log.append(lane, textFrame(text)))));

    it('has as many lanes as it was made with, and frames of 32 KiB at least', () => {
      expect(log.lanes).toBe(lab.harness.lanes);
      expect(log.maxFrameBytes).toBeGreaterThanOrEqual(32 * 1024);
    });

    it('numbers the frames of each lane from 1 on', async () => {
      for (const position of [1, 2, 3])
        await expect(log.append(0, textFrame('a'))).resolves.toEqual({ position, isDuplicate: false });
      await expect(log.append(1, textFrame('b'))).resolves.toEqual({ position: 1, isDuplicate: false });
      await expect(log.state(0)).resolves.toMatchObject({ first: 1, last: 3 });
      await expect(log.state(1)).resolves.toMatchObject({ first: 1, last: 1 });
    });

    it('knows an empty lane', async () => {
      await expect(log.state(1)).resolves.toMatchObject({ first: 1, last: 0 });
    });

    it('stores what one caller appends without waiting in the order of its calls', async () => {
      const receipts = await Promise.all(numbers(200).map((text) => log.append(0, textFrame(text))));
      expect(receipts.map(({ position }) => position)).toEqual(numbers(200).map(Number));
      const read = new ReadFrames(log, 0);
      await lab.until(() => read.frames.length === 200);
      expect(read.texts).toEqual(numbers(200));
    });

    it('stores a frame once, and says where', async () => {
      await log.append(0, textFrame('x'));
      await expect(log.append(0, textFrame('a', 'ü/ *>.'))).resolves.toEqual({
        position: 2,
        isDuplicate: false,
      });
      const { log: other } = await lab.connect();
      const again = await other.append(0, textFrame('b', 'ü/ *>.'));
      expect(again.isDuplicate).toBe(true);
      expect([0, 2]).toContain(again.position);
      await expect(log.state(0)).resolves.toMatchObject({ last: 2 });
    });

    it('takes frames of one id that differ in their lanes for different ones', async () => {
      await log.append(0, textFrame('a', 'same'));
      await expect(log.append(1, textFrame('a', 'same'))).resolves.toMatchObject({ isDuplicate: false });
    });

    it('forgets ids after the window', async () => {
      await log.append(0, textFrame('a', 'same'));
      await lab.pass(lab.harness.deduplicationWindowMs * 2);
      await expect(log.append(0, textFrame('a', 'same'))).resolves.toEqual({
        position: 2,
        isDuplicate: false,
      });
    });

    it('refuses a frame that is too large, if anything is', async () => {
      if (log.maxFrameBytes === Infinity) return;
      const bytes = new Uint8Array(log.maxFrameBytes + 1);
      await expect(log.append(0, { id: 'large', bytes, events: 1 })).rejects.toMatchObject({
        code: 'CATGA_PAYLOAD_TOO_LARGE',
      });
    });

    it('hands over bytes as they were, empty ones too', async () => {
      const seen: number[][] = [];
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await log.append(0, { id: 'all', bytes: every, events: 64 });
      await log.append(0, { id: 'none', bytes: new Uint8Array(), events: 1 });
      log.read(0, 1, {
        frame: (_, content) => void seen.push([...bytesOf(content)]),
        caughtUp: () => {},
        displaced: () => {},
      });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual([[...every], []]);
    });

    it('is read from any position on, by any number of readers', async () => {
      await append(numbers(5));
      const all = new ReadFrames(log, 0);
      const { log: other } = await lab.connect();
      const late = new ReadFrames(other, 0, 4);
      await lab.until(() => all.frames.length === 5 && late.frames.length === 2);
      expect(all.frames.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
      expect(late.frames).toEqual([
        { position: 4, text: '4' },
        { position: 5, text: '5' },
      ]);
    });

    it('hands over what is stored later, once and in order, and nothing of another lane', async () => {
      const read = new ReadFrames(log, 0);
      await lab.until(() => read.timesCaughtUp > 0);
      const { log: other } = await lab.connect();
      for (const text of numbers(20)) {
        await other.append(0, textFrame(text));
        await other.append(1, textFrame('other'));
      }
      await lab.until(() => read.frames.length >= 20);
      await lab.pass(50);
      expect(read.texts).toEqual(numbers(20));
    });

    it('tells a reader that it has caught up, after what was there and again after what came', async () => {
      await append(numbers(3));
      let seenAtEnd = 0;
      let seen = 0;
      log.read(0, 1, {
        frame: () => void seen++,
        caughtUp: () => void (seenAtEnd = seen),
        displaced: () => {},
      });
      await lab.until(() => seenAtEnd === 3);
      await append(['4']);
      await lab.until(() => seenAtEnd === 4);
    });

    it('tells a reader that it has caught up only once it has all there is, however much', async () => {
      const large = 'x'.repeat(30_000);
      await append(Array.from({ length: 200 }, () => large));
      const seenAtEnd: number[] = [];
      let seen = 0;
      log.read(0, 1, {
        frame: () => void seen++,
        caughtUp: () => void seenAtEnd.push(seen),
        displaced: () => {},
      });
      await lab.until(() => seenAtEnd.length > 0);
      expect(seenAtEnd).toEqual([200]);
    });

    it('hands nothing over within the call that begins to read', async () => {
      await append(['1']);
      const read = new ReadFrames(log, 0);
      expect([read.frames.length, read.timesCaughtUp]).toEqual([0, 0]);
      await lab.until(() => read.frames.length === 1);
    });

    it('hands a paused reader no more than what is under way, and the rest once it resumes', async () => {
      const read = new ReadFrames(log, 0);
      await append(['first']);
      await lab.until(() => read.frames.length === 1);
      read.reader.pause();
      for (let batch = 0; batch < 10; batch++) await append(numbers(100, batch * 100));
      await lab.pass(100);
      expect(read.frames.length).toBeLessThanOrEqual(257);
      read.reader.resume();
      await lab.until(() => read.frames.length === 1001);
      expect(read.texts.slice(1)).toEqual(numbers(1000, 0));
    });

    it('hands a stopped reader nothing more, whoever stops it', async () => {
      await append(numbers(10));
      const seen: number[] = [];
      const reader = log.read(0, 1, {
        frame(position) {
          seen.push(position);
          if (position === 3) reader.stop();
        },
        caughtUp: () => {},
        displaced: () => {},
      });
      const other = new ReadFrames(log, 0);
      await lab.until(() => other.frames.length === 10);
      other.reader.stop();
      await append(['late']);
      await lab.pass(50);
      expect(seen).toEqual([1, 2, 3]);
      expect(other.frames).toHaveLength(10);
    });

    it('lets go of what is before a position, and readers begin behind it', async () => {
      await append(numbers(10));
      await log.trim(0, 6);
      await log.trim(0, 6);
      await log.trim(0, 2);
      await expect(log.state(0)).resolves.toMatchObject({ first: 6, last: 10 });
      const read = new ReadFrames(log, 0, 2);
      await lab.until(() => read.frames.length >= 5);
      expect(read.frames.map(({ position }) => position)).toEqual([6, 7, 8, 9, 10]);
    });

    it('goes on with its positions after all of it was trimmed', async () => {
      await append(numbers(3));
      const { identity } = await log.state(0);
      await log.trim(0, 4);
      await expect(log.state(0)).resolves.toEqual({ identity, first: 4, last: 3 });
      const read = new ReadFrames(log, 0, 4);
      await expect(log.append(0, textFrame('next'))).resolves.toEqual({ position: 4, isDuplicate: false });
      await lab.until(() => read.frames.length === 1);
      expect(read.frames).toEqual([{ position: 4, text: 'next' }]);
    });

    it('tells a reader that it has caught up where all that it was to read was trimmed', async () => {
      await append(numbers(3));
      await log.trim(0, 4);
      const late = new ReadFrames(log, 0, 2);
      await lab.until(() => late.timesCaughtUp > 0);
      await append(['next']);
      await lab.until(() => late.timesCaughtUp > 1);
      expect(late.frames).toEqual([{ position: 4, text: 'next' }]);
    });

    it('keeps its identity and its lanes for those who connect later', async () => {
      await append(['1']);
      const { log: other } = await lab.connect();
      expect(other.lanes).toBe(log.lanes);
      await expect(other.state(0)).resolves.toEqual(await log.state(0));
    });

    it('tells a reader whose position is behind the end', async () => {
      await append(['1']);
      const read = new ReadFrames(log, 0, 5);
      await lab.until(() => read.isDisplaced);
      expect(read.frames).toEqual([]);
    });

    it('has another identity once it has forgotten everything, and tells its readers', async () => {
      await append(numbers(3));
      const { identity } = await log.state(0);
      const read = new ReadFrames(log, 0);
      await lab.until(() => read.frames.length === 3);
      if (!(await lab.forget())) return;
      await lab.until(() => read.isDisplaced);
      const state = await log.state(0);
      expect(state).toMatchObject({ first: 1, last: 0 });
      expect(state.identity).not.toBe(identity);
      await expect(log.append(0, textFrame('new'))).resolves.toEqual({ position: 1, isDuplicate: false });
      const again = new ReadFrames(log, 0);
      await lab.until(() => again.frames.length === 1);
      expect(again.texts).toEqual(['new']);
    });

    it('tells a reader whose position is of another identity, however far the lane is by then', async () => {
      await append(numbers(3));
      const before = await log.state(0);
      if (!(await lab.forget())) return;
      await append(numbers(4));
      const read = new ReadFrames(log, 0, 4, before.identity);
      await lab.until(() => read.isDisplaced);
      expect(read.frames).toEqual([]);
      const { identity } = await log.state(0);
      const again = new ReadFrames(log, 0, 4, identity);
      await lab.until(() => again.frames.length === 1);
      expect(again.texts).toEqual(['4']);
    });
  });
}
