import { NatsServerCluster } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import { until } from './nats-cluster.fixture.js';

/** On a busy machine: elections are held anew when a server does not answer in time. */
export const ELECTION_WITHIN_MS = 120_000;

const MEET_WITHIN_MS = 20_000;

/** Starts three servers that keep three copies of a stream. */
export async function startServerCluster(): Promise<NatsServerCluster> {
  const servers = await NatsServerCluster.spawn(3);
  try {
    await haveMet(servers);
    return servers;
  } catch (thrown) {
    await servers.stop();
    throw thrown;
  }
}

/** Resolves once they keep three copies of a stream. */
export async function haveMet({ urls }: NatsServerCluster): Promise<void> {
  const connection = await connect({ servers: urls.map((url) => url.replace('nats://', '')) });
  const shape = { name: 'probe', subjects: ['probe'], num_replicas: 3 };
  try {
    await until(async () => {
      const answer = await connection
        .request('$JS.API.STREAM.CREATE.probe', JSON.stringify(shape), { timeout: 1000 })
        .catch(() => undefined);
      return answer !== undefined && answer.json<{ readonly error?: unknown }>().error === undefined;
    }, MEET_WITHIN_MS);
    await connection.request('$JS.API.STREAM.DELETE.probe');
  } finally {
    await connection.close();
  }
}
