import { describeStopping } from '@catga/compliance';
import { nats } from './nats-engine.js';
import { NatsServer } from './testing/nats-server.fixture.js';

describeStopping(
  'NATS',
  () => NatsServer.spawn(),
  (url, requestTimeoutMs) => nats({ servers: url, requestTimeoutMs }),
);
