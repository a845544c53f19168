import { describeGivenUp } from '@catga/compliance';
import { nats } from './nats-engine.js';
import { NatsServer } from './testing/nats-server.fixture.js';

describeGivenUp(
  'NATS',
  () => NatsServer.spawn(),
  (url, requestTimeoutMs) =>
    nats({ servers: url, requestTimeoutMs, reconnect: { waitMs: 50, jitterMs: 10 } }),
);
