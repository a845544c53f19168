import { debianProgram } from './debian-program.js';
import { findServer } from './find-server.js';

/**
 * Path of nats-server 2.10 or newer. `NATS_SERVER` overrides it. If none is found, throws an error that says how to
 * install it.
 */
export function findNatsServer(): string {
  return findServer({
    name: 'nats-server',
    variable: 'NATS_SERVER',
    oldest: [2, 10],
    elsewhere: () =>
      debianProgram({ suite: 'trixie', packageName: 'nats-server', path: 'usr/sbin/nats-server' }),
    howToInstall:
      'nats-server 2.10 or newer is needed. Install it (macOS: brew install nats-server; else ' +
      'https://github.com/nats-io/nats-server/releases) and put it on the path, or name it by NATS_SERVER, or set NATS_URL ' +
      'to a server with JetStream.',
  });
}
