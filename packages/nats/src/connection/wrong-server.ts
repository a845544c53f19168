import { identifyServer } from '@catga/core/engine';

/**
 * Reason of a failed connect if another kind of server listens at one of the addresses (`host:port`). Undefined for
 * NATS servers and unknown protocols.
 */
export async function wrongServer(hosts: readonly string[], isTls: boolean): Promise<string | undefined> {
  const found = await Promise.all(
    hosts.map((host) => {
      const at = host.lastIndexOf(':');
      return identifyServer(host.slice(0, at).replace(/^\[|\]$/g, ''), Number(host.slice(at + 1)));
    }),
  );
  const said = found.map((kind) => {
    switch (kind) {
      case 'redis':
        return 'a Redis server listens there: use redis() of @catga/redis, or give nats() the address of a NATS server';
      case 'http':
        return 'an HTTP server listens there: give nats() the address of a NATS server, by default on port 4222';
      case 'tls':
        return isTls ? undefined : 'the server there speaks TLS: use tls://, or the option tls';
      case 'nats':
      case undefined:
        return undefined;
    }
  });
  return said.find((words) => words !== undefined);
}
