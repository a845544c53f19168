import { systemClock } from '@catga/core/engine';
import { connect } from '@nats-io/transport-node';
import type { LaneFrame, LaneLog, LaneReader, LaneSink } from '@catga/core/engine';
import { BrokerRequests } from '../connection/broker-requests.js';
import { BrokerSession } from '../connection/broker-session.js';
import { openConnection } from '../connection/open-connection.js';
import { JetStreamApi } from '../jetstream/jetstream-api.js';
import { openLaneStore } from '../lanes/nats-lane-store.js';
import type { NatsLaneStore } from '../lanes/nats-lane-store.js';
import type { NatsEngineOptions } from '../options/nats-engine-options.js';
import { resolveNatsOptions } from '../options/resolve-nats-options.js';
import { afterCase } from './case-ends.fixture.js';
import type { NatsServer } from './nats-server.fixture.js';

/** Lanes over a connection of their own. */
export interface OpenLanes extends NatsLaneStore {
  readonly session: BrokerSession;
  close(): Promise<void>;
}

export async function openLanes(
  { lanes = 4, durable, ...given }: NatsEngineOptions & { readonly lanes?: number },
  namespace = 'catga',
): Promise<OpenLanes> {
  const options = resolveNatsOptions({
    reconnect: { waitMs: 20, jitterMs: 0 },
    durable: { lanes, ...durable },
    ...given,
  });
  const connection = await openConnection(options, { nodeId: 'node', clock: systemClock });
  const { requestTimeoutMs: timeoutMs, inboxPrefix, reconnect } = options;
  const { maxBufferedBytes } = reconnect;
  const session = new BrokerSession(connection, { maxBufferedBytes, timeoutMs, ownsConnection: true });
  const requests = new BrokerRequests(session, systemClock, { timeoutMs, inboxPrefix });
  const api = new JetStreamApi(requests, systemClock, timeoutMs);
  const store = await openLaneStore(namespace, options, api, {
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

/** Lanes that are closed after the case. */
export async function laneCase(options: NatsEngineOptions & { readonly lanes?: number }): Promise<OpenLanes> {
  const lanes = await openLanes(options);
  afterCase(() => lanes.close());
  return lanes;
}

/** Asks JetStream's API, as an operator does. */
export async function operate(server: NatsServer, subject: string, body: object = {}): Promise<unknown> {
  const connection = await connect({ servers: server.url.replace('nats://', '') });
  const answer = await connection.request(`$JS.API.${subject}`, JSON.stringify(body));
  await connection.close();
  return answer.json();
}

export const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `f${from + i}`);

/** A frame of one event that holds its own id. */
export function frameOf(id: string, bytes: Uint8Array = new TextEncoder().encode(id)): LaneFrame {
  return { id, bytes, events: 1 };
}

/** What a reader of a lane is told. */
export class LaneWatch implements LaneSink {
  readonly texts: string[] = [];
  readonly positions: number[] = [];
  timesCaughtUp = 0;
  isDisplaced = false;
  readonly reader: LaneReader;

  constructor(log: LaneLog, lane = 0, from = 1, identity?: string) {
    this.reader = log.read(lane, from, this, identity);
  }

  frame(position: number, content: Uint8Array | LaneFrame): void {
    this.positions.push(position);
    this.texts.push(new TextDecoder().decode(content instanceof Uint8Array ? content : content.bytes));
  }

  caughtUp(): void {
    this.timesCaughtUp++;
  }

  displaced(): void {
    this.isDisplaced = true;
  }
}
