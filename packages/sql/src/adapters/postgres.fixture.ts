import { afterAll, beforeAll } from '@jest/globals';
import { PostgresServer } from '@catga/servers';

/** Starts a server for the cases of a file; they look at no crash of it, so that it need not flush to disk. */
export function usesPostgres(): { readonly url: string } {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await PostgresServer.spawn({ isDurable: false });
  });
  afterAll(async () => server?.stop());
  return {
    get url() {
      return server!.url;
    },
  };
}
