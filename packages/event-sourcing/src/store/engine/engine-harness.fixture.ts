import type { Engine, EngineConnection } from '@catga/core/engine';
import { systemClock } from '@catga/core/engine';
import type { EventStoreHarness, EventStoreUnderTest } from '@catga/testing/event-sourcing';
import type { EventStorage } from '../event-store.js';
import { engineEventStore } from './engine-event-storage.js';
import type { EngineEventStoreOptions } from './engine-event-storage.js';

/** Connections to an engine, one for each namespace. */
export class EngineConnections {
  private readonly open = new Map<string, Promise<EngineConnection>>();

  constructor(private readonly engine: Engine) {}

  to(namespace: string): Promise<EngineConnection> {
    const connection =
      this.open.get(namespace) ??
      this.engine.connect({ namespace, nodeId: 'suite', clock: systemClock, heartbeatTimeoutMs: 15_000 });
    this.open.set(namespace, connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.open.values()) await (await connection).close();
  }
}

/** Storage in an engine without a node. */
export function storageIn(
  connections: EngineConnections,
  options: EngineEventStoreOptions = {},
  prefix = '',
): EventStorage {
  const storage = engineEventStore(options);
  return {
    ...storage,
    async open(client) {
      const namespace = prefix + client.namespace;
      const { streams, records } = await connections.to(namespace);
      if (streams === undefined || records === undefined) throw new TypeError('The engine keeps no streams.');
      return storage.open({ ...client, namespace, engine: { streams, records } });
    },
  };
}

/** Number of cases in this process: each has namespaces of its own. */
let cases = 0;

/** Empty namespaces of an engine for each case. */
export function harnessOf(
  connect: () => EngineConnections,
  options: () => EngineEventStoreOptions = () => ({}),
  sideBySide = 100,
): EventStoreHarness {
  return {
    async create(): Promise<EventStoreUnderTest> {
      cases += 1;
      return { storage: storageIn(connect(), options(), `c${cases}-`) };
    },
    sideBySide,
  };
}
