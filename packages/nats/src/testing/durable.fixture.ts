import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedMessage as anyStoredMessage } from '@catga/compliance/fixtures';
import { systemClock } from '@catga/core/engine';
import type {
  EngineClient,
  EngineConnection,
  LogDelivery,
  LogSubscription,
  StoredMessage,
} from '@catga/core/engine';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { nats } from '../nats-engine.js';
import type { NatsEngineOptions } from '../options/nats-engine-options.js';
import { until } from './nats-cluster.fixture.js';
import { NatsServer } from './nats-server.fixture.js';

export const SUBSCRIPTION: LogSubscription = {
  id: 'shop.Listener',
  kind: 'event',
  names: ['orders.placed'],
  concurrency: 16,
};

/** A message as a node appends it, unless said otherwise. */
export function storedMessage(facts: Partial<StoredMessage> = {}): StoredMessage {
  return anyStoredMessage({ name: 'orders.placed', ...facts });
}

/** Servers, engine connections and raw ones, which end with the case. */
export class DurableBench {
  private readonly ends: (() => Promise<unknown>)[] = [];

  async server(...args: readonly string[]): Promise<NatsServer> {
    const server = await NatsServer.spawn(args);
    this.ends.push(() => server.stop());
    return server;
  }

  /** A file with what a server is to be configured with. */
  async config(text: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'catga-nats-config-'));
    this.ends.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'server.conf');
    await writeFile(path, text);
    return path;
  }

  async open(options: NatsEngineOptions, client: Partial<EngineClient> = {}): Promise<EngineConnection> {
    const connection = await nats({ reconnect: { waitMs: 50, jitterMs: 0 }, ...options }).connect({
      namespace: 'catga',
      nodeId: 'node',
      clock: systemClock,
      heartbeatTimeoutMs: 1000,
      ...client,
    });
    this.ends.push(() => connection.close());
    return connection;
  }

  /** A connection that knows nothing of Catga. */
  async raw(server: NatsServer): Promise<RawBroker> {
    const connection = await connect({ servers: server.url.replace('nats://', '') });
    this.ends.push(() => connection.close());
    return new RawBroker(connection);
  }

  async end(): Promise<void> {
    for (const end of this.ends.splice(0).toReversed()) await end();
  }
}

/** A broker as any other client sees it. */
export class RawBroker {
  constructor(readonly connection: NatsConnection) {}

  async api<T>(subject: string, body: object = {}): Promise<T> {
    const answer = await this.connection.request(`$JS.API.${subject}`, JSON.stringify(body));
    return answer.json<T>();
  }

  async stream(name: string): Promise<{
    readonly config: Readonly<Record<string, unknown>>;
    readonly state: { readonly messages: number };
  }> {
    return this.api(`STREAM.INFO.${name}`);
  }
}

/** What a subscription received. */
export class Received {
  readonly deliveries: LogDelivery[] = [];
  /** Settles each by itself. */
  readonly take = (delivery: LogDelivery): void => {
    this.deliveries.push(delivery);
    void delivery.ack()?.catch(() => {});
  };
  /** Leaves each as it is. */
  readonly hold = (delivery: LogDelivery): void => void this.deliveries.push(delivery);

  get ids(): string[] {
    return this.deliveries.map(({ message }) => message.messageId);
  }

  get attempts(): string[] {
    return this.deliveries.map(({ message, attempt }) => `${message.messageId} ${attempt}`);
  }

  at(index: number): LogDelivery {
    const delivery = this.deliveries[index];
    if (delivery === undefined) throw new Error(`There is no delivery ${index}.`);
    return delivery;
  }

  atLeast(count: number): Promise<void> {
    return until(() => this.deliveries.length >= count);
  }
}
