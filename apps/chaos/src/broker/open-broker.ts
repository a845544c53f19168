import type { Broker } from './broker.js';
import type { EngineName } from './engine-settings.js';
import { NatsBroker } from './nats-broker.js';
import { RedisBroker } from './redis-broker.js';

/** Starts a broker for an engine: one server, or several with copies of everything. */
export function openBroker(engine: EngineName, isReplicated: boolean): Promise<Broker> {
  return engine === 'nats' ? NatsBroker.open(isReplicated) : RedisBroker.open(isReplicated);
}
