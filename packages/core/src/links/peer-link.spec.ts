import { describe, expect, it } from '@jest/globals';
import type { NodeLinks } from '../ports/links.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { FrameReader, bytesBody } from '../wire/frame-reader.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { PeerLink } from './peer-link.js';
import type { FrameLimits } from './peer-link.js';

const SELF = { nodeId: 'self', incarnation: 1 };
const PEER = { nodeId: 'peer', incarnation: 2 };

function setUp(limits: Partial<FrameLimits> = {}, send?: NodeLinks['send']) {
  const clock = new TestClock();
  const frames: number[] = [];
  const failures: unknown[] = [];
  const reader = new FrameReader(bytesBody);
  const links: NodeLinks = {
    maxFrameBytes: 1_000_000,
    send: send ?? ((_to, frame) => void frames.push(reader.header(frame).recordCount)),
    flush: () => Promise.resolve(),
  };
  const link = new PeerLink(
    PEER,
    new FrameWriter('json', SELF, PEER, links.maxFrameBytes),
    links,
    new Timetable(clock),
    (thrown) => failures.push(thrown),
    0,
    { fullBytes: 65_536, fullRecords: 4, maxUnacknowledged: 2, holdMs: 1, ...limits },
  );
  return { clock, frames, failures, link };
}

describe('what is bound for one node', () => {
  it('travels in one frame if it was written in one turn of the event loop', async () => {
    const { clock, frames, link } = setUp();
    for (const correlation of [1, 2, 3]) link.cancel(correlation);
    expect(frames).toEqual([]);
    await clock.advance(0);
    expect(frames).toEqual([3]);
  });

  it('leaves at once when a frame is full', () => {
    const { frames, link } = setUp();
    for (const correlation of [1, 2, 3, 4, 5]) link.cancel(correlation);
    expect(frames).toEqual([4]);
  });

  it('is held back while too many frames are unacknowledged, and leaves with the next acknowledgement', async () => {
    const { clock, frames, link } = setUp();
    for (const correlation of [1, 2, 3, 4]) {
      link.cancel(correlation);
      await clock.advance(0);
    }
    expect(frames).toEqual([1, 1]);
    link.acknowledge(1);
    expect(frames).toEqual([1, 1, 2]);
  });

  it('is held back no longer than holdMs: slow handlers acknowledge nothing', async () => {
    const { clock, frames, link } = setUp({ holdMs: 5 });
    for (const correlation of [1, 2, 3]) {
      link.cancel(correlation);
      await clock.advance(0);
    }
    await clock.advance(4);
    expect(frames).toEqual([1, 1]);
    await clock.advance(1);
    expect(frames).toEqual([1, 1, 1]);
  });

  it('takes an acknowledgement of a frame that was never sent for none', async () => {
    const { clock, frames, link } = setUp();
    for (const correlation of [1, 2, 3]) {
      link.cancel(correlation);
      await clock.advance(0);
    }
    link.acknowledge(77);
    expect(frames).toEqual([1, 1]);
  });

  it('is lost and reported, not thrown, when the engine cannot take it', async () => {
    const { clock, failures, link } = setUp({}, () => {
      throw new Error('away');
    });
    link.cancel(1);
    await clock.advance(0);
    expect(failures).toEqual([new Error('away')]);
  });
});
