// The public API of the NATS engine.
export { nats } from './nats-engine.js';
export type { NatsClientConnection } from './connection/client-connection.js';
export type {
  NatsEngineOptions,
  NatsReconnectOptions,
  NatsTlsOptions,
} from './options/nats-engine-options.js';
