import assert from 'node:assert/strict';
import { OutboxTrial, sameContent, waiting } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';

const HOUR = 3_600_000;
const message = { name: 'orders.placed.v1', messageId: 'm1' };
const outcome = { ok: true, body: new Uint8Array([1, 2, 255]) };

/** Cases of stores that open transactions for handlers. */
export function handlerCases(harness: OutboxHarness): readonly OutboxCase[] {
  const on = (name: string, test: (trial: OutboxTrial) => Promise<void>): OutboxCase => ({
    name,
    run: () => OutboxTrial.run(harness, {}, test),
  });

  return [
    on('commits the inbox record and published messages together', async (trial) => {
      const store = await trial.openTransactional();
      const handled = await store.inTransaction(async (transaction) => {
        assert.notEqual(transaction, undefined);
        assert.equal(await store.addHandled('app.mail', message), true);
        await store.add([waiting('a')]);
        return 'done';
      });
      assert.equal(handled, 'done');
      assert.equal(await store.wasHandled('app.mail', message), true);
      assert.equal(await store.inTransaction(() => store.addHandled('app.mail', message)), false);
      for (const other of [
        { subscription: 'app.other', message },
        { subscription: 'app.mail', message: { ...message, name: 'other' } },
        { subscription: 'app.mail', message: { ...message, messageId: 'm2' } },
      ])
        assert.equal(await store.wasHandled(other.subscription, other.message), false);
      sameContent(await trial.idsOf(store), ['a']);
    }),

    on('rolls back both, with the error of the work', async (trial) => {
      const store = await trial.openTransactional();
      const error = new Error('no');
      const failing = store.inTransaction(async () => {
        await store.addHandled('app.mail', message);
        await store.claim('k', 'f');
        await store.complete('k', outcome, HOUR);
        await store.add([waiting('a')]);
        throw error;
      });
      await assert.rejects(failing, (thrown) => thrown === error);
      assert.equal(await store.wasHandled('app.mail', message), false);
      sameContent(await store.inTransaction(() => store.claim('k', 'f')), { state: 'claimed' });
      sameContent(await store.count(), { waiting: 0, parked: 0 });
    }),

    on('opens an independent transaction inside another', async (trial) => {
      const store = await trial.openTransactional();
      const failing = store.inTransaction(async () => {
        await store.inTransaction(() => store.addHandled('app.inner', message));
        await store.addHandled('app.outer', message);
        throw new Error('no');
      });
      await assert.rejects(failing, /no/);
      assert.equal(await store.wasHandled('app.inner', message), true);
      assert.equal(await store.wasHandled('app.outer', message), false);
    }),

    on('makes a second transaction wait for the first one with the same message', async (trial) => {
      const store = await trial.openTransactional();
      for (const isCommitted of [false, true]) {
        let end = (): void => {};
        const ended = new Promise<void>((resolve) => (end = resolve));
        let begun = (): void => {};
        const begin = new Promise<void>((resolve) => (begun = resolve));
        const first = store.inTransaction(async () => {
          await store.addHandled('app.mail', message);
          begun();
          await ended;
          if (!isCommitted) throw new Error('rolled back');
        });
        const settled = first.then(
          () => 'committed',
          () => 'rolled back',
        );
        await begin;
        let isDone = false;
        const second = store
          .inTransaction(async () => {
            const isNew = await store.addHandled('app.mail', message);
            isDone = true;
            if (isNew) throw new Error('mine'); // and leaves no record
            return isNew;
          })
          .catch(() => true);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(isDone, false);
        end();
        assert.equal(await settled, isCommitted ? 'committed' : 'rolled back');
        assert.equal(await second, !isCommitted);
      }
    }),

    on('replays an outcome, and detects different content', async (trial) => {
      const store = await trial.openTransactional();
      await store.inTransaction(async () => {
        sameContent(await store.claim('k', 'f'), { state: 'claimed' });
        await store.complete('k', outcome, HOUR);
      });
      const again = await store.inTransaction(() => store.claim('k', 'f'));
      assert.equal(again.state, 'finished');
      sameContent(
        again.state === 'finished' && [...Buffer.from(again.outcome.body as Uint8Array)],
        [1, 2, 255],
      );
      assert.equal((await store.inTransaction(() => store.claim('k', 'g'))).state, 'mismatch');
    }),

    on('accepts names, ids and keys of any length and characters', async (trial) => {
      const store = await trial.openTransactional();
      const long = '\u0000\\0 ✓'.repeat(1000);
      for (const id of [`${long}1`, `${long}2`, '漢'.repeat(390)]) {
        await store.inTransaction(async () => {
          assert.equal(
            await store.addHandled('漢'.repeat(390), { name: '漢'.repeat(390), messageId: id }),
            true,
          );
          assert.equal((await store.claim(id, 'f')).state, 'claimed');
          await store.complete(id, outcome, HOUR);
        });
        assert.equal(
          await store.wasHandled('漢'.repeat(390), { name: '漢'.repeat(390), messageId: id }),
          true,
        );
        assert.equal((await store.inTransaction(() => store.claim(id, 'f'))).state, 'finished');
      }
    }),

    on('records an outcome without a transaction, and keeps the first one', async (trial) => {
      const store = await trial.openTransactional();
      sameContent(await store.record('k', 'f', { ...outcome, ok: false }, HOUR), { state: 'claimed' });
      const second = await store.record('k', 'f', outcome, HOUR);
      assert.equal(second.state === 'finished' && second.outcome.ok, false);
      assert.equal((await store.record('k', 'g', outcome, HOUR)).state, 'mismatch');
    }),
  ];
}
