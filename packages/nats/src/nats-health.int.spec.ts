import { describeReadiness } from '@catga/compliance';
import { expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { nats } from './nats-engine.js';
import { until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

const QUICK = { waitMs: 50, jitterMs: 10 };

describeReadiness(
  'NATS',
  () => NatsServer.spawn(),
  (servers, requestTimeoutMs) =>
    nats({ servers, reconnect: QUICK, ...(requestTimeoutMs && { requestTimeoutMs }) }),
  (lab) => {
    it('is down for good, without a grace, once the client has given up', async () => {
      const { server, lines } = lab();
      const node = await lab().start(
        nats({ servers: server.url, reconnect: { waitMs: 10, jitterMs: 0, maxAttempts: 2 } }),
      );
      await server.kill();
      await until(() => node.problem?.includes('closed for good') === true);
      await server.start();
      expect(node.problem).toMatch(/^The connection to engine nats is closed for good: \S/);
      expect(lines.at(-1)).toMatch(
        /^The connection to engine nats is closed for good: .*must be restarted\.$/,
      );
    });

    it('is down for good once the connection that it was given is closed by its owner', async () => {
      const connection = await connect({ servers: lab().server.url.replace('nats://', '') });
      const node = await lab().start(nats({ connection }));
      await connection.close();
      await until(() => node.problem !== undefined);
      expect(node.problem).toBe(
        'The connection to engine nats is closed for good: It was closed in this process.',
      );
    });
  },
);
