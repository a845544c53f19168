import { afterAll, beforeAll } from '@jest/globals';
import { PgBouncer, PostgresServer } from '@catga/servers';

/** The server of the cases of a file. */
interface UsedPostgres {
  /** URL through PgBouncer in transaction mode, which gives each transaction any of its connections. */
  readonly url: string;
  /** URL of the server itself. */
  readonly directUrl: string;
}

/** Starts a server for the cases of a file; they look at no crash of it, so that it need not flush to disk. */
export function usesPostgres(): UsedPostgres {
  let server: PostgresServer;
  let bouncer: PgBouncer;
  beforeAll(async () => {
    server = await PostgresServer.spawn({ isDurable: false });
    bouncer = await PgBouncer.to(server.port, 10);
  });
  afterAll(async () => {
    await bouncer.stop();
    await server.stop();
  });
  return {
    get url() {
      return bouncer.url;
    },
    get directUrl() {
      return server.url;
    },
  };
}
