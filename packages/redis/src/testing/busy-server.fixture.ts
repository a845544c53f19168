import { operatorOf } from './case-ends.fixture.js';
import { until } from './redis-cluster.fixture.js';
import type { RedisServer } from './redis-server.fixture.js';

/** Another client's script that does not end; resolves once the server answers others with BUSY. */
export async function holdUp(server: RedisServer): Promise<{ end(): Promise<void> }> {
  const [somebody, operator] = [operatorOf(server), operatorOf(server)];
  // A client that connects while the script runs never becomes ready, and cannot kill it.
  await Promise.all([somebody.ping(), operator.ping()]);
  const script = somebody.eval('while true do end', 0).catch(() => {});
  await until(async () => /BUSY/.test(await operator.ping().catch(String)));
  return {
    async end() {
      await operator.call('SCRIPT', 'KILL');
      await script;
    },
  };
}
