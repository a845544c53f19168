import { systemClock } from '@catga/core/engine';
import { BrokerRequests } from '../connection/broker-requests.js';
import { BrokerSession } from '../connection/broker-session.js';
import { openConnection } from '../connection/open-connection.js';
import { JetStreamApi } from '../jetstream/jetstream-api.js';
import { openLaneStore } from '../lanes/nats-lane-store.js';
import type { NatsLaneStore } from '../lanes/nats-lane-store.js';
import type { NatsEngineOptions } from '../options/nats-engine-options.js';
import { resolveNatsOptions } from '../options/resolve-nats-options.js';

/** Lanes over a connection of their own. */
export interface OpenLanes extends NatsLaneStore {
  readonly session: BrokerSession;
  close(): Promise<void>;
}

export async function openLanes(
  { lanes = 4, ...given }: NatsEngineOptions & { readonly lanes?: number },
  namespace = 'catga',
): Promise<OpenLanes> {
  const options = resolveNatsOptions({ reconnect: { waitMs: 20, jitterMs: 0 }, ...given });
  const connection = await openConnection(options, { nodeId: 'node', clock: systemClock });
  const { requestTimeoutMs: timeoutMs, inboxPrefix, reconnect } = options;
  const { maxBufferedBytes } = reconnect;
  const session = new BrokerSession(connection, { maxBufferedBytes, timeoutMs, ownsConnection: true });
  const requests = new BrokerRequests(session, systemClock, { timeoutMs, inboxPrefix });
  const api = new JetStreamApi(requests, systemClock, timeoutMs);
  const store = await openLaneStore(namespace, lanes, options, api, {
    session,
    requests,
    inboxPrefix,
    timeoutMs,
  });
  return {
    ...store,
    session,
    async close() {
      store.log.close();
      requests.close();
      await session.close();
    },
  };
}
