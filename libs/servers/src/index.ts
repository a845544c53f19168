// Servers for tests and demos: found or installed, started on the loopback interface, stopped and cleaned up.
export { freePort, LOOPBACK } from './free-port.js';
export { NatsServer } from './nats-server.js';
export { TcpProxy } from './tcp-proxy.js';
