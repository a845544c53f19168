// Finds the servers that tests need, or installs them where that is possible: once, before tests that run beside each
// other would all try. Fails with words that say what to install.
import { findNatsServer } from '../libs/servers/dist/find-nats-server.js';
import { findRedisServer } from '../libs/servers/dist/find-redis-server.js';

if (process.env.NATS_URL === undefined) console.log(`nats-server: ${findNatsServer()}`);
else console.log('nats-server: the one of NATS_URL');
if (process.env.REDIS_URL === undefined) console.log(`redis-server: ${findRedisServer()}`);
else console.log('redis-server: the one of REDIS_URL');
