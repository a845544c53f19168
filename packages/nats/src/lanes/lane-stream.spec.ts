import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { FakeApi } from '../testing/fake-api.fixture.js';
import { LaneStream } from './lane-stream.js';

/** A lane whose leader says that it ends here and there, the last of them for ever. */
function laneThatEnds(
  replicas: number,
  ...ends: readonly number[]
): {
  readonly clock: TestClock;
  readonly stream: LaneStream;
} {
  const clock = new TestClock();
  const infos = ends.map((last) => ({
    created: 'then',
    config: {},
    state: { messages: 1, first_seq: 1, last_seq: last },
  }));
  const api = new FakeApi(clock, 1000, infos);
  const settings = {
    storage: 'file',
    retention: 'limits',
    maxAgeMs: 0,
    maxBytes: undefined,
    duplicateWindowMs: 0,
  } as const;
  return { clock, stream: new LaneStream({ namespace: 'shop', replicas, settings }, api, 0, 1) };
}

const KNOWN = new Map([['then', 14]]);

describe('the state of a lane with replicas', () => {
  it('is waited for while a new leader has not applied what is known to be stored', async () => {
    const { stream, clock } = laneThatEnds(3, 12, 13, 14);
    const state = stream.state(KNOWN);
    await clock.advance(1000);
    await expect(state).resolves.toEqual({ identity: 'then', first: 1, last: 14 });
  });

  it('is what the leader has after some seconds: positions that went back', async () => {
    const { stream, clock } = laneThatEnds(3, 12);
    let last: number | undefined;
    void stream.state(KNOWN).then((state) => (last = state.last));
    await clock.advance(4000);
    expect(last).toBeUndefined();
    await clock.advance(2000);
    expect(last).toBe(12);
  });

  it('is not waited for without replicas, or if nothing more of it is known', async () => {
    await expect(laneThatEnds(1, 12).stream.state(KNOWN)).resolves.toMatchObject({ last: 12 });
    await expect(laneThatEnds(3, 12).stream.state(new Map([['then', 12]]))).resolves.toMatchObject({
      last: 12,
    });
    await expect(laneThatEnds(3, 12).stream.state()).resolves.toMatchObject({ last: 12 });
    await expect(laneThatEnds(3, 12).stream.state(new Map([['before', 14]]))).resolves.toMatchObject({
      last: 12,
    });
  });
});
