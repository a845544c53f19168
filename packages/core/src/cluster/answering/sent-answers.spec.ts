import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../time/test-clock.js';
import { Timetable } from '../../time/timetable.js';
import { ReplyStatus } from '../../wire/frame-layout.js';
import { AnswerMemory, SentAnswers } from './sent-answers.js';
import { TakenRequest } from './taken-request.js';

function setUp({ maxBytes = 1_000_000 } = {}) {
  const clock = new TestClock();
  const memory = new AnswerMemory(maxBytes);
  const recorded: number[] = [];
  const forgotten: number[] = [];
  const answers = new SentAnswers(clock, new Timetable(clock), memory, {
    record: ({ correlation }) => void recorded.push(correlation),
    forget: ({ correlation }) => void forgotten.push(correlation),
  });
  const add = (correlation: number, frame: number, bytes = 10): void => {
    const request = new TakenRequest(correlation, 'Buy', 1, false);
    request.answer = { status: ReplyStatus.Value, body: new Uint8Array(bytes) };
    answers.add(request, frame);
  };
  return { clock, memory, recorded, forgotten, answers, add };
}

describe('answers that were sent', () => {
  it('are forgotten unrecorded once the frame that took them is acknowledged', async () => {
    const { clock, memory, recorded, forgotten, answers, add } = setUp();
    add(1, 1);
    add(2, 1);
    add(3, 2);
    answers.acknowledged(1, 1);
    expect(forgotten).toEqual([1, 2]);
    answers.acknowledged(2, 2);
    expect(forgotten).toEqual([1, 2, 3]);
    expect(memory.bytes).toBe(0);
    await clock.advance(100_000);
    expect(recorded).toEqual([]);
  });

  it('are kept if their frame was lost, though later ones are acknowledged', async () => {
    const { clock, recorded, forgotten, answers, add } = setUp();
    for (const frame of [1, 2, 3, 4]) add(frame, frame);
    answers.acknowledged(4, 2);
    expect(forgotten).toEqual([3, 4]);
    await clock.advance(10);
    expect(recorded).toEqual([1, 2]);
  });

  it('go to the log once if nobody acknowledges them, and are forgotten after their time', async () => {
    const { clock, memory, recorded, forgotten, add } = setUp();
    add(1, 1);
    await clock.advance(9);
    expect(recorded).toEqual([]);
    await clock.advance(1);
    expect(recorded).toEqual([1]);
    await clock.advance(90_000);
    expect(recorded).toEqual([1]);
    expect(forgotten).toEqual([1]);
    expect(memory.bytes).toBe(0);
  });

  it('are acknowledged across the end of the numbers', () => {
    const { forgotten, answers, add } = setUp();
    add(1, 2 ** 32 - 1);
    add(2, 0);
    add(3, 1);
    answers.acknowledged(0, 2);
    expect(forgotten).toEqual([1, 2]);
  });

  it('go to the log before their time when they take too much memory, the oldest first', () => {
    const { memory, recorded, forgotten, add } = setUp({ maxBytes: 3000 });
    for (const frame of [1, 2, 3, 4]) add(frame, frame, 744);
    expect(recorded).toEqual([1]);
    expect(forgotten).toEqual([1]);
    expect(memory.bytes).toBe(3000);
  });

  it('go to the log when the node stops or the other one is gone', () => {
    const { recorded, forgotten, answers, add } = setUp();
    add(1, 1);
    answers.recordAll();
    expect([recorded, forgotten]).toEqual([[1], []]);
    answers.clear();
    expect([recorded, forgotten]).toEqual([[1], [1]]);
  });
});
