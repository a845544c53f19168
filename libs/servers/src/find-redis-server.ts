import { debianProgram } from './debian-program.js';
import { findServer } from './find-server.js';

/**
 * Path of redis-server 7.0 or newer. `REDIS_SERVER` overrides it. If none is found, throws an error that says how to
 * install it.
 */
export function findRedisServer(): string {
  return findServer({
    name: 'redis-server',
    variable: 'REDIS_SERVER',
    oldest: [7, 0],
    elsewhere: () =>
      debianProgram({ suite: 'bookworm', packageName: 'redis-server', path: 'usr/bin/redis-server' }),
    howToInstall:
      'redis-server 7.0 or newer is needed. Install it (Debian: apt-get install redis-server; macOS: brew install redis; ' +
      'else https://redis.io/docs/latest/operate/oss_and_stack/install), or name it by REDIS_SERVER, or set REDIS_URL to a ' +
      'server that tests may empty.',
  });
}
