import type { EventStore, ProjectionStore, StoredProjection } from '@catga/event-sourcing';
import { event, same } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

function ofProjections(
  name: string,
  run: (projections: ProjectionStore, store: EventStore) => Promise<void>,
): EventStoreCase {
  return {
    name,
    run: async (trial) => {
      const store = await trial.open();
      if (store.projections !== undefined) await run(store.projections, store);
    },
  };
}

/** The oldest build of a version. */
async function buildOf(projections: ProjectionStore, name: string, version = 1): Promise<StoredProjection> {
  const [first] = await projections.begin(name, version);
  if (first === undefined) throw new TypeError('begin returned no build.');
  return first;
}

/** `version build role checkpoint` of each build. */
async function builds(projections: ProjectionStore): Promise<string[]> {
  const all = await projections.list();
  return all
    .map(({ version, build, role, checkpoint = '-' }) => `v${version} ${build} ${role} ${checkpoint}`)
    .toSorted();
}

/** Cases of the progress of projections, if the store has them. */
export const projectionCases: readonly EventStoreCase[] = [
  ofProjections('begins each version of a projection before all events, once', async (projections) => {
    const begun = await Promise.all([1, 2, 3].map(() => projections.begin('p', 1)));
    same(
      begun.map((all) =>
        all.map(({ name, version, build, role, status, problem, checkpoint }) =>
          JSON.stringify([name, version, build, role, status, problem ?? '-', checkpoint ?? '-']),
        ),
      ),
      begun.map(() => ['["p",1,1,"building","running","-","-"]']),
    );
    await projections.advance({ name: 'p', build: 1 }, undefined, 'x', async () => {});
    same((await buildOf(projections, 'p')).checkpoint, 'x');
    same((await buildOf(projections, 'p', 2)).checkpoint, undefined);
    await projections.begin('q', 1);
    same(
      (await projections.list()).map(({ name, version, build }) => `${name}${version}.${build}`).toSorted(),
      ['p1.1', 'p2.2', 'q1.1'],
    );
  }),
  ofProjections('sets up a build atomically with its creation, once', async (projections, store) => {
    const failing = projections.begin('p', 1, async () => {
      await store.append('effects', [event('e')], 'any');
      throw new TypeError('failed');
    });
    const hasTables = await failing.then(
      () => false,
      (thrown: Error) => thrown.message === 'failed',
    );
    if (store.inTransaction !== undefined)
      same([hasTables, (await store.readAll(undefined, 1)).events], [true, []]);
    if (hasTables) {
      same(await projections.list(), []);
      const set: number[] = [];
      const setUp = async (build: number): Promise<void> => void set.push(build);
      await Promise.all([1, 2, 3].map(() => projections.begin('p', 1, setUp)));
      await projections.begin('p', 2, setUp);
      same(
        set.toSorted((one, other) => one - other),
        [1, 2],
      );
    }
  }),
  ofProjections(
    'advances only from its checkpoint, and one of several concurrent advances does the work',
    async (projections, store) => {
      const key = await buildOf(projections, 'p');
      let works = 0;
      const work = async (): Promise<void> => {
        works++;
        await store.append('effects', [event('e')], 'any');
      };
      const moved = await Promise.all([1, 2, 3, 4].map(() => projections.advance(key, undefined, '1', work)));
      same([moved.filter(Boolean).length, works], [1, 1]);
      same(await projections.advance(key, undefined, '2', work), false);
      same(await projections.advance(key, '0', '2', work), false);
      same(await projections.advance(key, '1', '2', work), true);
      same(await projections.advance({ name: 'none', build: 1 }, undefined, '1', work), false);
      same([works, (await store.readAll(undefined, 10)).events.length], [2, 2]);
    },
  ),
  ofProjections(
    'keeps its checkpoint when the work fails; a transaction is rolled back',
    async (projections, store) => {
      const key = await buildOf(projections, 'p');
      const failing = projections.advance(key, undefined, '1', async () => {
        await store.append('effects', [event('e')], 'any');
        throw new TypeError('failed');
      });
      await failing.then(
        () => same('moved', 'failed'),
        (thrown: Error) => same(thrown.message, 'failed'),
      );
      same((await buildOf(projections, 'p')).checkpoint, undefined);
      if (store.inTransaction !== undefined) same((await store.readAll(undefined, 10)).events, []);
      same(await projections.advance(key, undefined, '1', async () => {}), true);
    },
  ),
  ofProjections('does not advance while it is paused or stopped', async (projections) => {
    const key = await buildOf(projections, 'p');
    const status = async (): Promise<unknown[]> => {
      const { status: now, problem, checkpoint } = await buildOf(projections, 'p');
      return [now, problem, checkpoint];
    };
    same(await projections.setStatus(key, { status: 'paused' }, { status: 'stopped' }), false);
    same(await projections.setStatus(key, { status: 'paused' }, { status: 'running' }), true);
    same(await projections.advance(key, undefined, '1', async () => {}), false);
    same(await projections.goLive(key, undefined, async () => undefined), false);
    same(await status(), ['paused', undefined, undefined]);
    const stopped = { status: 'stopped', problem: 'why\0' } as const;
    same(await projections.setStatus(key, stopped, { checkpoint: '1' }), false);
    same(await projections.setStatus(key, { ...stopped, problem: 'why' }, { checkpoint: undefined }), true);
    same(await status(), ['stopped', 'why', undefined]);
    same(await projections.setStatus(key, { status: 'running' }, {}), true);
    same(await projections.advance(key, undefined, '1', async () => {}), true);
    same(await status(), ['running', undefined, '1']);
    same(await projections.setStatus({ name: 'none', build: 1 }, { status: 'paused' }, {}), false);
  }),
  ofProjections('makes a build live if it is at the given checkpoint, once', async (projections) => {
    const key = await buildOf(projections, 'p');
    await projections.advance(key, undefined, '1', async () => {});
    same(await projections.goLive(key, undefined, async () => '2'), false);
    let works = 0;
    const work = async (): Promise<string> => `${++works + 1}`;
    const gone = await Promise.all([1, 2, 3].map(() => projections.goLive(key, '1', work)));
    same([gone.filter(Boolean).length, works], [1, 1]);
    same(await builds(projections), ['v1 1 live 2']);
    same(await projections.goLive(key, '2', work), false);
    same(await projections.advance(key, '2', '3', async () => {}), true);
  }),
  ofProjections(
    'replaces the live build by a later one, and deletes older ones of its version',
    async (projections) => {
      const first = await buildOf(projections, 'p');
      await projections.goLive(first, undefined, async () => '1');
      const [second] = await Promise.all([1, 2].map(() => projections.rebuild('p', 1)));
      if (second === undefined) return;
      same([second.build, (await projections.rebuild('p', 1)).build], [2, 2]);
      same(await projections.advance(first, '1', '2', async () => {}), true);
      same(await builds(projections), ['v1 1 live 2', 'v1 2 building -']);
      const failing = projections.goLive(second, undefined, async () => {
        throw new TypeError('failed');
      });
      await failing.then(
        () => same('live', 'failed'),
        () => {},
      );
      same(await builds(projections), ['v1 1 live 2', 'v1 2 building -']);
      same(await projections.goLive(second, undefined, async () => '2'), true);
      same(await builds(projections), ['v1 2 live 2']);
      same(await projections.advance(first, '2', '3', async () => {}), false);
      same(await projections.setStatus(first, { status: 'running' }, {}), false);
      const dropped: number[] = [];
      const forget = async (): Promise<boolean | undefined> =>
        projections.forgetRetired?.('p', async (build) => void dropped.push(build));
      while ((await forget()) === false);
      await forget();
      if (projections.forgetRetired !== undefined) same(dropped, [1]);
      const other = await buildOf(projections, 'p', 2);
      same(await projections.goLive(other, undefined, async () => '5'), true);
      same(await builds(projections), ['v1 2 replaced 2', 'v2 3 live 5']);
      same(await projections.goLive(second, '2', async () => '2'), false);
      // Its nodes may keep running.
      same(await projections.advance(second, '2', '3', async () => {}), true);
      const back = await projections.rebuild('p', 1);
      same(await projections.goLive(back, undefined, async () => '6'), true);
      same(await builds(projections), ['v1 4 live 6', 'v2 3 replaced 5']);
    },
  ),
  {
    name: 'compares two checkpoints',
    run: async (trial) => {
      const store = await trial.open();
      const { checkpoint: first } = await store.append('a', [event('e'), event('e')], 'any');
      const { checkpoint: second } = await store.append('b', [event('e')], 'any');
      same(
        [store.isBefore(first, second), store.isBefore(second, first), store.isBefore(first, first)],
        [true, false, false],
      );
    },
  },
];
