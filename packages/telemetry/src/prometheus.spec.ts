import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaError } from '@catga/core';
import type { CatgaNode, MessageTracer, TracedNode } from '@catga/core';
import { Registry } from 'prom-client';
import { COUNTER, GAUGE, HISTOGRAM } from './conventions.js';
import { prometheus } from './prometheus.js';
import { reportProjections, reportSagas, startShop, workIn } from './shop-node.fixture.js';

let node: CatgaNode | undefined;
afterEach(async () => {
  await node?.stop();
  node = undefined;
});

/** The lines of a metric but those of buckets and sums, whose values are times. */
async function linesOf(registry: Registry, name: string): Promise<readonly string[]> {
  const text = await registry.metrics();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name) && !/_(bucket|sum)\{/.test(line))
    .map((line) => line.slice(name.length));
}

describe('prometheus()', () => {
  it('counts and times messages by name, handler and error', async () => {
    const registry = new Registry();
    const fate = { fails: false };
    node = await startShop([prometheus({ registry })], {}, fate);
    await workIn(node, fate);
    const call = 'rpc_system_name="catga",rpc_method=';
    await expect(linesOf(registry, 'rpc_client_call_duration_seconds')).resolves.toEqual([
      `_count{${call}"Count"} 1`,
      `_count{${call}"Pack"} 2`,
      `_count{${call}"Count",error_type="CATGA_CONFIGURATION"} 1`,
      `_count{${call}"Count",error_type="RangeError"} 1`,
    ]);
    await expect(linesOf(registry, 'rpc_server_call_duration_seconds')).resolves.toEqual([
      `_count{${call}"Count"} 1`,
      `_count{${call}"Pack"} 1`,
      `_count{${call}"Count",error_type="RangeError"} 1`,
    ]);
    const published =
      'messaging_system="catga",messaging_operation_name="publish",messaging_destination_name=';
    await expect(linesOf(registry, 'messaging_client_sent_messages_total')).resolves.toEqual([
      `{${published}"Pack"} 1`,
      `{${published}"Viewed"} 1`,
      `{${published}"Shipped"} 2`,
    ]);
    await expect(linesOf(registry, 'messaging_client_operation_duration_seconds')).resolves.toHaveLength(3);
    const consumed = (await linesOf(registry, 'messaging_client_consumed_messages_total')).toSorted();
    const processed =
      'messaging_system="catga",messaging_operation_name="process",messaging_destination_name=';
    const by = 'messaging_destination_subscription_name=';
    expect(consumed).toEqual(
      [
        `{${processed}"Viewed"} 1`,
        `{${processed}"Pack",${by}"queue.Pack"} 1`,
        `{${processed}"Shipped",${by}"shop.Mail"} 1`,
        `{${processed}"Shipped",${by}"shop.Mail",error_type="RangeError"} 2`,
      ].toSorted(),
    );
    await expect(linesOf(registry, 'messaging_process_duration_seconds')).resolves.toHaveLength(4);
    const mail = `messaging_destination_name="Shipped",${by}"shop.Mail"`;
    const error = 'error_type="RangeError"';
    await expect(linesOf(registry, 'catga_retries_total')).resolves.toEqual([`{${mail},${error}} 1`]);
    await expect(linesOf(registry, 'catga_dead_letters_total')).resolves.toEqual([`{${mail},${error}} 1`]);
    await expect(linesOf(registry, 'catga_deduplicated_total')).resolves.toEqual([
      '{messaging_destination_name="Pack"} 1',
    ]);
    expect((await linesOf(registry, 'catga_message_critical_time_seconds')).toSorted()).toEqual(
      [`_count{messaging_destination_name="Pack",${by}"queue.Pack"} 1`, `_count{${mail}} 1`].toSorted(),
    );
  });

  it('reads backlogs, the outbox and nodes when it is scraped, until the node has stopped', async () => {
    const registry = new Registry();
    node = await startShop([prometheus({ registry })]);
    const of = (id: string): string => `{messaging_destination_subscription_name="${id}"} 0`;
    for (const name of ['due', 'delayed', 'handling', 'oldest_due_seconds']) {
      const lines = await linesOf(registry, `catga_subscription_${name}`);
      expect(lines.toSorted()).toEqual([of('queue.Pack'), of('shop.Mail')]);
    }
    await expect(linesOf(registry, 'catga_outbox_waiting')).resolves.toEqual([' 0']);
    await expect(linesOf(registry, 'catga_nodes')).resolves.toEqual([' 1']);
    await node.stop();
    await expect(linesOf(registry, 'catga_subscription_due')).resolves.toEqual([]);
  });

  it('counts sagas by name and status, and reads those that have not ended', async () => {
    const registry = new Registry();
    node = await startShop([prometheus({ registry })]);
    reportSagas(node);
    const of = (status: string): string => `{catga_saga_name="fulfilment",catga_saga_status="${status}"}`;
    await expect(linesOf(registry, 'catga_sagas_total')).resolves.toEqual([
      `${of('started')} 1`,
      `${of('stuck')} 1`,
    ]);
    await expect(linesOf(registry, 'catga_saga_open')).resolves.toEqual([
      `${of('running')} 2`,
      `${of('compensating')} 0`,
      `${of('stuck')} 1`,
    ]);
    await expect(linesOf(registry, 'catga_saga_oldest_seconds')).resolves.toEqual([
      '{catga_saga_name="fulfilment"} 90',
    ]);
  });

  it('reads how far read models have come', async () => {
    const registry = new Registry();
    node = await startShop([prometheus({ registry })]);
    reportProjections(node);
    const of = (name: string): string => `{catga_projection_name="${name}"}`;
    await expect(linesOf(registry, 'catga_projection_behind_seconds')).resolves.toEqual([
      `${of('balances')} 1.5`,
      `${of('totals')} 0`,
    ]);
    await expect(linesOf(registry, 'catga_projection_stopped')).resolves.toEqual([
      `${of('balances')} 1`,
      `${of('totals')} 0`,
    ]);
  });

  it('leaves out what needs the broker while it is away, and asks it once for all of its gauges', async () => {
    const registry = new Registry();
    const tracer: MessageTracer = prometheus({ registry });
    let asked = 0;
    const away: TracedNode = {
      nodeId: 'n1',
      service: 'shop',
      nodes: () => [],
      async subscriptions() {
        asked++;
        throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away');
      },
      outbox: () => Promise.resolve({ waiting: 4, parked: 0 }),
      sagas: () => Promise.resolve([]),
      projections: () => Promise.resolve([]),
    };
    tracer.attach?.(away);
    await expect(linesOf(registry, 'catga_outbox_waiting')).resolves.toEqual([' 4']);
    expect(asked).toBe(1);
    await expect(linesOf(registry, 'catga_subscription_due')).resolves.toEqual([]);
  });

  it('names every metric after its OpenTelemetry name', async () => {
    const registry = new Registry();
    prometheus({ registry }).attach?.({
      nodeId: 'n1',
      service: 'shop',
      nodes: () => [],
      subscriptions: () => Promise.resolve([]),
      outbox: () => Promise.resolve({ waiting: 0, parked: 0 }),
      sagas: () => Promise.resolve([]),
      projections: () => Promise.resolve([]),
    });
    const name = (instrument: { readonly name: string; readonly unit: string }): string =>
      `${instrument.name.replaceAll('.', '_')}${instrument.unit === 's' ? '_seconds' : ''}`;
    expect(registry.getMetricsAsArray().map((metric) => metric.name)).toEqual([
      ...Object.values(HISTOGRAM).map(name),
      ...Object.values(COUNTER).map((counter) => `${name(counter)}_total`),
      ...Object.values(GAUGE).map(name),
    ]);
  });
});
