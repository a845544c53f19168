import { CatgaError, json, memory } from '@catga/core';
import { ProxiedLog } from './proxied-log.fixture.js';
import { describe, expect, it } from '@jest/globals';
import { SqlLabs, until } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';

const labs = new SqlLabs({ isDurable: true });
const MESSAGES = 100_000;

describe('an outbox with 100,000 waiting messages', () => {
  it('is drained thousands a second once the engine is back, each key in order, in bounded memory', async () => {
    const lab = await labs.create();
    const sent = new Map<string, number>();
    let total = 0;
    let isAway = true;
    let outOfOrder = 0;
    const engine = new ProxiedLog(memory(), async ({ key = '', headers }) => {
      if (isAway) throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away');
      const step = Number(headers['step']);
      if ((sent.get(key) ?? -1) > step) outOfOrder++;
      sent.set(key, step);
      total++;
    });
    const node = await labs.start({ engine, outbox: sqlOutbox(lab.database) });
    const store = await sqlOutbox(lab.database).open({
      namespace: 'catga',
      nodeId: 'filler',
      committed() {},
      known: () => [],
      resolve() {},
    });
    const body = json().encode({ text: 'x'.repeat(200) });
    for (let at = 0; at < MESSAGES; at += 1000)
      await store.add(
        Array.from({ length: 1000 }, (_, i) => ({
          message: {
            messageId: `m${at + i}`,
            name: 'shop.placed.v1',
            kind: 'event' as const,
            body,
            serializer: 'json',
            headers: { step: String(at + i) },
            key: `k${(at + i) % 1000}`,
            correlationId: 'c',
            causationId: undefined,
            originNodeId: 'filler',
            sentAtMs: 0,
            history: [],
          },
        })),
      );
    const before = process.memoryUsage().rss;
    let peak = before;
    isAway = false;
    const startMs = performance.now();
    await until(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
      return total === MESSAGES;
    }, 120_000);
    const tookMs = performance.now() - startMs;
    await until(async () => (await node.outbox.counts()).waiting === 0, 30_000);
    const perSecond = Math.round((MESSAGES * 1000) / tookMs);
    process.stderr.write(
      `${perSecond} messages a second, ${Math.round((peak - before) / 1024 ** 2)} MiB more memory\n`,
    );
    expect(outOfOrder).toBe(0);
    expect(perSecond).toBeGreaterThan(2_000); // more than 10,000 at rest; other tests may run beside it
    expect(peak - before).toBeLessThan(256 * 1024 ** 2);
  }, 240_000);
});
