import { existsSync } from 'node:fs';
import { NatsServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

export { NatsServer };

/** For machines that do much else; the client's own default is a second. */
const PATIENT = { timeout: 10_000 };

/** A broker for one test file, which forgets between its cases. */
export interface SharedBroker {
  readonly url: string;
  /** How many messages a stream holds. */
  messagesIn(stream: string): Promise<number>;
  /** Removes every stream. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** The server of `NATS_URL`, or one of our own. */
export async function sharedBroker(): Promise<SharedBroker> {
  const given = process.env.NATS_URL;
  const server = given === undefined ? await NatsServer.spawn() : undefined;
  const url = given ?? server?.url ?? '';
  const connection = await connect({ servers: url.replace(/^nats:\/\//, '') });
  return {
    url,
    forget: () => removeStreams(connection, server === undefined ? [] : [server]),
    async messagesIn(stream) {
      const answer = await connection.request(`$JS.API.STREAM.INFO.${stream}`, new Uint8Array(0), PATIENT);
      return answer.json<{ readonly state?: { readonly messages: number } }>().state?.messages ?? 0;
    },
    async stop() {
      await connection.close();
      await server?.stop();
    },
  };
}

/** A page of names; neither is there in an answer that is an error. */
interface StreamNames {
  readonly total?: number;
  readonly streams?: readonly string[] | null;
}

/** Removes streams until none is left: under load a server may refuse a deletion, or list a new stream too late. */
export async function removeStreams(
  connection: NatsConnection,
  servers: readonly NatsServer[],
): Promise<void> {
  for (;;) {
    const listed = await connection.request('$JS.API.STREAM.NAMES', new Uint8Array(0), PATIENT);
    const { total, streams } = listed.json<StreamNames>();
    if (total === 0) return;
    for (const name of streams ?? []) {
      for (const server of servers) await isRemoved(server.folderOf(`.${name}`));
      // One that did not reply in time is asked again.
      await connection
        .request(`$JS.API.STREAM.DELETE.${name}`, new Uint8Array(0), PATIENT)
        .catch(() => undefined);
    }
  }
}

/**
 * A deleted stream's folder is renamed, and removed later. As long as an earlier one of the same name is there, nats-server
 * (seen on 2.10 and 2.15) cannot rename, says success, and the next stream of the name begins with the messages of the deleted one.
 */
async function isRemoved(folder: string): Promise<void> {
  while (existsSync(folder)) await new Promise((resolve) => void setTimeout(resolve, 5));
}
