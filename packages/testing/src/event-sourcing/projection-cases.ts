import type { EventStore, ProjectionStore } from '@catga/event-sourcing';
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

/** Progress of projections, where a store has them. */
export const projectionCases: readonly EventStoreCase[] = [
  ofProjections('begins each version of a projection before all events, once', async (projections) => {
    const [first] = await Promise.all([1, 2, 3].map(() => projections.begin('p', 1)));
    same(
      [first?.name, first?.version, first?.status, first?.problem, first?.checkpoint],
      ['p', 1, 'running', undefined, undefined],
    );
    await projections.advance('p', 1, undefined, 'x', async () => {});
    same((await projections.begin('p', 1)).checkpoint, 'x');
    same((await projections.begin('p', 2)).checkpoint, undefined);
    await projections.begin('q', 1);
    same((await projections.list()).map(({ name, version }) => `${name}${version}`).toSorted(), [
      'p1',
      'p2',
      'q1',
    ]);
  }),
  ofProjections(
    'moves on from where it is only, and of several at once one does the work',
    async (projections, store) => {
      await projections.begin('p', 1);
      let works = 0;
      const work = async (): Promise<void> => {
        works++;
        await store.append('effects', [event('e')], 'any');
      };
      const moved = await Promise.all(
        [1, 2, 3, 4].map(() => projections.advance('p', 1, undefined, '1', work)),
      );
      same([moved.filter(Boolean).length, works], [1, 1]);
      same(await projections.advance('p', 1, undefined, '2', work), false);
      same(await projections.advance('p', 1, '0', '2', work), false);
      same(await projections.advance('p', 1, '1', '2', work), true);
      same(await projections.advance('none', 1, undefined, '1', work), false);
      same([works, (await store.readAll(undefined, 10)).events.length], [2, 2]);
    },
  ),
  ofProjections(
    'stays where it is when the work fails; in a transaction nothing of it is left',
    async (projections, store) => {
      await projections.begin('p', 1);
      const failing = projections.advance('p', 1, undefined, '1', async () => {
        await store.append('effects', [event('e')], 'any');
        throw new TypeError('failed');
      });
      await failing.then(
        () => same('moved', 'failed'),
        (thrown: Error) => same(thrown.message, 'failed'),
      );
      same((await projections.begin('p', 1)).checkpoint, undefined);
      if (store.inTransaction !== undefined) same((await store.readAll(undefined, 10)).events, []);
      same(await projections.advance('p', 1, undefined, '1', async () => {}), true);
    },
  ),
  ofProjections('does not move while it is paused or stopped', async (projections) => {
    await projections.begin('p', 1);
    const status = async (): Promise<unknown[]> => {
      const { status: now, problem, checkpoint } = await projections.begin('p', 1);
      return [now, problem, checkpoint];
    };
    same(await projections.setStatus('p', 1, { status: 'paused' }, { status: 'stopped' }), false);
    same(await projections.setStatus('p', 1, { status: 'paused' }, { status: 'running' }), true);
    same(await projections.advance('p', 1, undefined, '1', async () => {}), false);
    same(await status(), ['paused', undefined, undefined]);
    same(
      await projections.setStatus('p', 1, { status: 'stopped', problem: 'a\0b' }, { checkpoint: '1' }),
      false,
    );
    same(
      await projections.setStatus('p', 1, { status: 'stopped', problem: 'why' }, { checkpoint: undefined }),
      true,
    );
    same(await status(), ['stopped', 'why', undefined]);
    same(await projections.setStatus('p', 1, { status: 'running' }, {}), true);
    same(await projections.advance('p', 1, undefined, '1', async () => {}), true);
    same(await status(), ['running', undefined, '1']);
    same(await projections.setStatus('none', 1, { status: 'paused' }, {}), false);
  }),
];
