import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { FakeApi } from '../testing/fake-api.fixture.js';
import { StreamStore } from './stream-store.js';

const TIMEOUT_MS = 1000;
const STATE = { messages: 3, first_seq: 1, first_ts: '', last_seq: 3 };
const ELECTED = { leader: 'server-2', replicas: [{ name: 'server-1' }, { name: 'server-3' }] };
const REPLICAS = [{ name: 'server-1' }, { name: 'server-2' }, { name: 'server-3' }];

/** A stream of which the servers say one thing after the other, the last of them for ever. */
function streamThatSays(...clusters: readonly (object | undefined)[]): {
  readonly clock: TestClock;
  readonly store: StreamStore;
  readonly asked: readonly string[];
} {
  const clock = new TestClock();
  const infos = clusters.map((cluster) => ({ created: 'then', config: {}, cluster, state: STATE }));
  const api = new FakeApi(clock, TIMEOUT_MS, infos);
  const store = new StreamStore({ name: 'lane', subjects: [], replicas: 3 }, api);
  return { clock, asked: api.asked, store };
}

describe('the info of a stream', () => {
  it.each([
    ['the only server', undefined],
    ['the server of a stream without replicas', { leader: 'server-1' }],
    ['the leader', ELECTED],
  ])('is what %s says', async (_who, cluster) => {
    const { store, asked } = streamThatSays(cluster);
    await expect(store.info()).resolves.toMatchObject({ state: STATE });
    expect(asked).toEqual(['STREAM.INFO.lane']);
  });

  it('is not what a replica says while there is no leader, or one has just been elected', async () => {
    const { store, asked, clock } = streamThatSays(
      { replicas: REPLICAS },
      { leader: '', replicas: REPLICAS },
      { leader: 'server-2', replicas: [{ name: 'server-2' }, { name: 'server-3' }] },
      ELECTED,
    );
    const info = store.info();
    await clock.advance(TIMEOUT_MS / 2);
    await expect(info).resolves.toMatchObject({ cluster: ELECTED });
    expect(asked).toHaveLength(4);
  });

  it('fails with its code if no leader is elected in time', async () => {
    const { store, clock } = streamThatSays({ replicas: REPLICAS });
    const failed = store.info().catch((thrown: unknown) => thrown);
    await clock.advance(2 * TIMEOUT_MS);
    await expect(failed).resolves.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      message: 'The stream lane has no leader.',
    });
  });
});
