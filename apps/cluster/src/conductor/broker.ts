import { NatsServer } from '@catga/servers';

/** The broker of the cluster. */
export interface Broker {
  readonly url: string;
  /** Stops it and removes its store, if it is our own. */
  stop(): Promise<void>;
}

/** The broker of `NATS_URL`, else a nats-server of our own; it is installed if that is possible. */
export async function openBroker(): Promise<Broker> {
  const given = process.env.NATS_URL;
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const server = await NatsServer.spawn();
  return { url: server.url, stop: () => server.stop() };
}
