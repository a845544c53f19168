import { CatgaError } from '@catga/core';
import { BrokerConnection, requireServerVersion } from '@catga/core/engine';
import type { BrokerFinding, Engine, EngineClient, EngineConnection } from '@catga/core/engine';
import type { NatsClientConnection } from './connection/client-connection.js';
import { openConnection } from './connection/open-connection.js';
import { diagnoseNats } from './diagnosis/diagnose-nats.js';
import { openNatsParts } from './nats-parts.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';
import { resolveNatsOptions } from './options/resolve-nats-options.js';
import type { ResolvedNatsOptions } from './options/resolve-nats-options.js';

/** Minimum server version. */
const OLDEST_SERVER = [2, 10] as const;

/**
 * Engine over NATS: requests and plain events between nodes on core NATS, shared and stored data on
 * JetStream. Needs nats-server 2.10 or newer with JetStream enabled.
 *
 * @param servers `'nats://host:4222'`, several of one cluster, or {@link NatsEngineOptions}
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options, listing all of them
 * @publicApi
 */
export function nats(servers?: string | readonly string[] | NatsEngineOptions): Engine {
  return new NatsEngine(resolveNatsOptions(servers));
}

class NatsEngine implements Engine {
  readonly name = 'nats';
  readonly capabilities = Object.freeze({
    requests: Object.freeze([0, 1, 2] as const),
    events: Object.freeze([0, 1, 2] as const),
    queues: true,
    streams: true,
  });
  /** `#private`, so that a printed engine shows no credentials. */
  readonly #options: ResolvedNatsOptions;

  constructor(options: ResolvedNatsOptions) {
    this.#options = options;
  }

  diagnose(client: Pick<EngineClient, 'namespace' | 'clock'>): Promise<readonly BrokerFinding[]> {
    return diagnoseNats(this.#options, client);
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const options = this.#options;
    const connection = options.connection ?? (await openConnection(options, client));
    try {
      // Without server info it is currently disconnected.
      if (connection.info !== undefined) checkServer(connection.info);
      return await BrokerConnection.open(await openNatsParts(client, options, connection));
    } catch (thrown) {
      if (options.connection === undefined && !connection.isClosed()) await connection.close();
      throw thrown;
    }
  }
}

function checkServer({ version, headers }: NonNullable<NatsClientConnection['info']>): void {
  requireServerVersion('nats-server', version, OLDEST_SERVER);
  if (headers !== false) return;
  throw new CatgaError(
    'CATGA_UNSUPPORTED',
    'nats-server has message headers disabled, which this engine needs: remove no_header_support from its configuration.',
    { details: { version } },
  );
}
