import { CatgaError, Command, memory, Message } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Placed, SqlLabs, until } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';

const labs = new SqlLabs({ isDurable: true });

@Message({ name: 'shop.place.v1' })
class Place extends Command<void> {
  constructor(readonly orderId: string) {
    super();
  }
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_DATABASE_UNAVAILABLE';
}

describe('a database that is restarted while it is used', () => {
  it.each(['shutDown', 'kill'] as const)(
    'fails requests with clear errors, and loses and doubles nothing: %s',
    async (how) => {
      const lab = await labs.create();
      await lab.pool.query('CREATE TABLE effects (message text NOT NULL, kind text NOT NULL)');
      const effect = async (kind: string, id: string): Promise<void> => {
        await lab.database
          .current()
          ?.query('INSERT INTO effects (message, kind) VALUES ($1, $2)', [id, kind]);
      };
      const node = await labs.start(
        { engine: memory(), outbox: sqlOutbox(lab.database), retry: { initialDelayMs: 50, maxAttempts: 20 } },
        (it) =>
          it
            .handleRequest(
              Place,
              async (command, context) => {
                const { orderId } = command as Place;
                await effect('placed', orderId);
                await context.publish(new Placed(orderId, 1));
              },
              { transaction: true },
            )
            .handleEvent(Placed, (event) => effect('counted', (event as Placed).orderId), {
              transaction: true,
            }),
      );
      const failures: unknown[] = [];
      let succeeded = 0;
      const over = new AbortController();
      const callers = Array.from({ length: 4 }, async (_, caller) => {
        for (let i = 0; !over.signal.aborted; i++) {
          const id = `${caller}.${i}`;
          for (let isPlaced = false; !isPlaced;) {
            // The same id until it succeeds, as a client that repeats would.
            isPlaced = await node.mediator.send(new Place(id), { messageId: id }).then(
              () => ++succeeded > 0,
              (thrown: unknown) => (failures.push(thrown), false),
            );
            if (!isPlaced) await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
        return caller;
      });
      await until(() => succeeded > 20);
      await labs.postgres[how]();
      await until(() => failures.length > 4);
      await labs.postgres.start();
      const before = succeeded;
      await until(() => succeeded > before + 20);
      over.abort();
      await Promise.all(callers);

      const number = async (sql: string): Promise<number> => Number((await lab.pool.query(sql)).rows[0].n);
      const placed = await number(`SELECT count(DISTINCT message) AS n FROM effects WHERE kind = 'placed'`);
      expect(placed).toBeGreaterThan(0);
      await until(
        async () =>
          (await number(`SELECT count(DISTINCT message) AS n FROM effects WHERE kind = 'counted'`)) ===
          placed,
        30_000,
      );
      await expect(number(`SELECT count(*) AS n FROM effects`)).resolves.toBe(2 * placed);
      await until(async () => (await number('SELECT count(*) AS n FROM catga_outbox')) === 0);
      const unavailable = failures.filter(isUnavailable);
      expect(unavailable.length).toBeGreaterThan(0);
      // Else a statement of the handler was under way, and the error is the one that its library threw.
      for (const failure of failures.filter((one) => !isUnavailable(one)))
        expect(String(failure)).toMatch(/ECONNRESET|connection/i);
    },
  );

  it('and does not come back fails each request with a clear error, and stopping ends', async () => {
    const lab = await labs.create();
    let runs = 0;
    const node = await labs.start(
      { engine: memory(), outbox: sqlOutbox(lab.database), retry: { maxAttempts: 1 } },
      (it) =>
        it
          .handleRequest(Place, () => {}, { transaction: true })
          .handleEvent(Placed, () => void runs++, { transaction: true }),
    );
    await node.mediator.send(new Place('a'), { messageId: 'a' });
    await node.mediator.publish(new Placed('a', 1));
    await until(() => runs === 1);
    await labs.postgres.kill();
    for (const messageId of ['a', 'b'])
      await expect(node.mediator.send(new Place(messageId), { messageId })).rejects.toMatchObject({
        code: 'CATGA_DATABASE_UNAVAILABLE',
        retryable: true,
      });
    await expect(lab.database.run(() => node.mediator.publish(new Placed('b', 1)))).rejects.toThrow(
      /ECONNREFUSED|terminated|ECONNRESET/,
    );
    await node.stop();
    await labs.postgres.start();
  });
});
