// Servers for tests and demos: found or installed, started on the loopback interface, stopped and cleaned up.
export { builtProgram } from './built-program.js';
export { authority, signedBy } from './certificates.js';
export type { Certificate } from './certificates.js';
export { findChromium } from './find-chromium.js';
export { freePort, LOOPBACK } from './free-port.js';
export { NatsServer } from './nats-server.js';
export { NatsServerCluster } from './nats-server-cluster.js';
export { PgBouncer } from './pgbouncer.js';
export { PostgresServer } from './postgres-server.js';
export type { PostgresServerOptions } from './postgres-server.js';
export { PrometheusServer, promtool } from './prometheus-server.js';
export type { PrometheusSample, PrometheusServerOptions } from './prometheus-server.js';
export { RedisServer } from './redis-server.js';
export { TcpProxy } from './tcp-proxy.js';
export type { Direction } from './tcp-proxy.js';
export { TemporaryFolder } from './temporary-folder.js';
