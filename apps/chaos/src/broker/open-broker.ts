import type { Broker, BrokerKind } from './broker.js';
import type { Leases } from '../node/leases.js';
import type { EngineName } from './engine-settings.js';
import { NatsBroker } from './nats-broker.js';
import { RedisBroker } from './redis-broker.js';

/** Starts a broker for an engine. */
export function openBroker(engine: EngineName, leases: Leases, kind: BrokerKind): Promise<Broker> {
  return engine === 'nats' ? NatsBroker.open(leases, kind) : RedisBroker.open(kind);
}
