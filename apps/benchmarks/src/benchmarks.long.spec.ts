import { beforeAll, expect, it } from '@jest/globals';
import { bench, buildBenchmarks, quick, WITHIN_MS } from './bench.fixture.js';

beforeAll(buildBenchmarks, WITHIN_MS);

it.each([
  ['local', []],
  ['nats', ['requests-1000', 'events', 'durable-handled', 'record-steps']],
  ['redis', ['requests-1000', 'events', 'durable-handled', 'records']],
  ['sql', []],
  ['sagas', []],
] as const)(
  'bench:%s prints a row for every contender and a verdict for every target',
  async (name, scenarios) => {
    const printed = await bench(name, ...quick(...scenarios));
    for (const row of ROWS[name]) expect(printed).toContain(row);
    for (const target of TARGETS[name]) {
      const line = printed.split('\n').find((each) => each.includes(target));
      expect(line).toMatch(/met|missed|within the spread/);
    }
    expect(printed).not.toContain('Written to');
  },
  WITHIN_MS,
);

const ROWS = {
  local: [
    'one message type',
    'fifty message types in turn',
    'Map look-up + async function (the limit)',
    'the limit, counting what runs by .then()',
    '@nestjs/cqrs CommandBus.execute',
    '@nestjs/cqrs QueryBus.execute',
    'mediatr-ts send',
    'Moleculer local call',
    'Catga send ',
    'Catga send, 3 behaviors that return next()',
    'Catga send, 3 behaviors that await next()',
    'Catga send, handler takes the context',
    'Catga send, timeoutMs',
    'Catga send, messageId (idempotent)',
    'Promise.all over Map look-up + async function',
    'Promise.all over @nestjs/cqrs CommandBus.execute',
    'Catga sendBatch',
    '@nestjs/cqrs EventBus.publish',
    '@nestjs/event-emitter emitAsync',
    '@nestjs/event-emitter emit ',
    'Catga publish (QoS 0)',
    'Catga publish (QoS 1), one at a time',
    'Catga publish (QoS 1), 1000 in flight',
    'Catga enqueue, one at a time',
    'Catga enqueue, 1000 in flight',
    'Date.now() (the floor)',
    'crypto.randomUUID',
    'uuid v7',
    'ulid',
    'CatgaIds next, text',
    'CatgaIds nextBigInt',
    'CatgaIds fill, batches of 4096',
    'CatgaIds fill, sustained',
    '1,000,000 ids, each greater than the one before',
  ],
  nats: [
    'nc.request, JSON ',
    'nc.request, JSON, noAsyncTraces',
    '@nestjs/microservices ClientProxy.send',
    'Moleculer call',
    'Catga send (QoS 1)',
    'Catga query (QoS 0)',
    'Catga send (QoS 2)',
    'raw client, two KV records',
    'nc.publish and subscribe, JSON',
    '@nestjs/microservices ClientProxy.emit',
    'Catga publish (QoS 0)',
    'Catga publish (QoS 1)',
    'Catga publish (QoS 2)',
    'js.publish, consume and ack',
    'nestjs-nats-jetstream-transport emit',
    'js.publish, a turn in one message',
    'claim of the id, one trip to the record',
  ],
  redis: [
    '@nestjs/microservices ClientProxy.send',
    'Moleculer call',
    'ioredis PUBLISH and SUBSCRIBE, pipelined, JSON',
    'Catga send (QoS 1)',
    'Catga query (QoS 0)',
    'Catga send (QoS 2)',
    '@nestjs/microservices ClientProxy.emit',
    'Catga publish (QoS 0)',
    'ioredis XADD, XREADGROUP, XACK, pipelined',
    'BullMQ add and process',
    'Catga publish (QoS 1)',
    'Catga publish (QoS 2)',
    'Catga enqueue',
    'ioredis SET NX, pipelined',
    'ioredis SET NX, then SET of the outcome',
    'Catga claim of an id',
    'Catga claim of an id, then its outcome',
  ],
  sql: [
    'a row ',
    'a row and Catga publish',
    'a row and a row of a polled outbox',
    'a row and graphile-worker add_job',
    'Catga publish without outbox',
    'Catga publish in a transaction',
    'outbox polled every 100 ms',
    'graphile-worker ',
    'outbox polled without a pause',
    'Catga, 1000 keys',
    'claims, a thousand rows',
    'claims, a million rows',
    'claims, a thousand rows, ids are UUIDs',
    'claims, a million rows, ids are UUIDs',
  ],
  sagas: ['BullMQ flow, on Redis', 'Catga saga, on NATS', 'Catga saga, on Redis'],
};

const TARGETS = {
  local: ['publish-3: Catga publish (QoS 0) ÷ @nestjs/cqrs EventBus.publish'],
  nats: [
    'requests-1000: rate of Catga send (QoS 1) ÷ Moleculer call',
    'requests-1000: rate of Catga send (QoS 2) ÷ raw client, two KV records',
    'events: rate of Catga publish (QoS 0) ÷ nc.publish and subscribe, JSON',
    'durable-handled: rate of Catga publish (QoS 1) ÷ js.publish, consume and ack',
  ],
  redis: [
    'requests-1000: rate of Catga send (QoS 1) ÷ @nestjs/microservices ClientProxy.send',
    'events: rate of Catga publish (QoS 0) ÷ @nestjs/microservices ClientProxy.emit',
    'durable-handled: rate of Catga publish (QoS 1) ÷ BullMQ add and process',
    'durable-handled: rate of Catga publish (QoS 1) ÷ ioredis XADD, XREADGROUP, XACK, pipelined',
    'records: rate of Catga claim of an id ÷ ioredis SET NX, pipelined',
  ],
  sql: [
    'transactions-1: rate of a row and Catga publish ÷ a row',
    'transactions-50: rate of a row and Catga publish ÷ a row',
    'handled: p50 of Catga publish in a transaction − Catga publish without outbox',
    'drain: rate of Catga ',
    'drain: rate of Catga, 1000 keys',
    'inbox: rate of claims, a million rows ÷ claims, a thousand rows',
  ],
  sagas: [
    'steps-1000: rate of Catga saga, on NATS ÷ BullMQ flow, on Redis',
    'steps-1000: rate of Catga saga, on Redis ÷ BullMQ flow, on Redis',
    'cost: messages of a step of Catga saga, on NATS, 1 in flight',
    'cost: messages of a step of Catga saga, on Redis, 1000 in flight',
  ],
};
