import { describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import { SagaRecords } from './saga-records.js';
import type { RecordedMessage, SagaRecord } from './saga-record.js';

const record: SagaRecord = {
  saga: 'shop.fulfilment',
  id: 'o1',
  status: 'running',
  version: 1,
  state: '{}',
  revision: 1,
  startedAtMs: 0,
  changedAtMs: 0,
  seen: [],
  outgoing: [],
  commands: [],
  history: [],
};

async function openRecords() {
  const connection = await memory().connect({
    namespace: 'catga',
    nodeId: 'one',
    clock: systemClock,
    heartbeatTimeoutMs: 1000,
  });
  const { records: store } = connection;
  if (store === undefined) throw new Error('The memory engine has records.');
  return { store, records: new SagaRecords({ records: store }), close: () => connection.close() };
}

it('a saga is read as it was written, with bodies of text and of bytes', async () => {
  const { records, close } = await openRecords();
  const message = (body: string | Uint8Array): RecordedMessage['message'] => ({
    messageId: 'm1',
    name: 'shop.pay',
    kind: 'command',
    body,
    serializer: 'msgpack',
    headers: { tenant: 'blue' },
    key: undefined,
    correlationId: 'c1',
    causationId: undefined,
    originNodeId: 'one',
    sentAtMs: 5,
    history: [],
  });
  const bytes = new Uint8Array(Buffer.from([0, 255, 7])).subarray(1);
  const saga: SagaRecord = {
    ...record,
    state: bytes,
    outgoing: [{ message: message(bytes) }, { message: message('{"a":1}'), delayMs: 5 }],
    commands: [
      { id: 'm1', name: 'shop.pay', undone: 0, undo: { message: message(bytes) } },
      { id: 'm2', name: 'shop.pack', undone: 1, outcome: 'succeeded' },
    ],
  };
  await records.write(saga, 0, 10_000);
  await expect(records.read('shop.fulfilment', 'o1')).resolves.toEqual({ record: saga, version: 1 });
  await close();
});

describe('a saga that cannot be read', () => {
  it('keeps no other one from being listed, and is told of', async () => {
    const { store, records, close } = await openRecords();
    await records.write(record, 0, 10_000);
    for (const [id, text] of [
      ['half', '{"saga":'],
      ['newer', '{"format":99}'],
    ] as const)
      await store.write(`saga/shop.fulfilment/${id}`, new TextEncoder().encode(text), 0);
    const { sagas, unreadable, next } = await records.page('shop.fulfilment', 100);
    expect(sagas.map((one) => one.record.id)).toEqual(['o1']);
    expect(unreadable.map(({ code, details }) => `${code} ${String(details.key)}`).toSorted()).toEqual([
      'CATGA_SERIALIZATION saga/shop.fulfilment/half',
      'CATGA_SERIALIZATION saga/shop.fulfilment/newer',
    ]);
    expect(next).toBeUndefined();
    await expect(records.read('shop.fulfilment', 'half')).rejects.toMatchObject({
      code: 'CATGA_SERIALIZATION',
    });
    await expect(records.removeEnded('shop.fulfilment', 100, Date.now())).resolves.toEqual({
      next: undefined,
      oldestMs: 0,
    });
    await close();
  });
});
