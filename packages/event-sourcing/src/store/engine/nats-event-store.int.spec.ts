import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { nats } from '@catga/nats';
import { NatsServer } from '@catga/servers';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { EngineConnections, harnessOf } from './engine-harness.fixture.js';

let server: NatsServer;
let connections: EngineConnections;

beforeAll(async () => {
  server = await NatsServer.spawn();
  connections = new EngineConnections(nats({ servers: server.url, durable: { lanes: 1 } }));
});

afterAll(async () => {
  await connections?.close();
  await server?.stop();
});

describeEventStore(
  'NATS',
  harnessOf(() => connections),
  { describe, it },
);
