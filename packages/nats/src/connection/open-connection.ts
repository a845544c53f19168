import { readFile } from 'node:fs/promises';
import { CatgaError } from '@catga/core';
import { connect, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { unavailable } from './broker-errors.js';
import type { NatsClientConnection } from './client-connection.js';

/**
 * Opens a connection of our own.
 * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if no server answers; `CATGA_CONFIGURATION` for credentials that
 * cannot be read. Neither says more of them than where they were looked for.
 */
export async function openConnection(
  options: ResolvedNatsOptions,
  nodeId: string,
): Promise<NatsClientConnection> {
  const clientOptions = await toClientOptions(options, nodeId);
  const { hosts } = options.addresses;
  try {
    return await connect(clientOptions);
  } catch (thrown) {
    throw unavailable(`NATS cannot be reached at ${hosts.join(', ')}: ${reasonOf(thrown)}.`, thrown);
  }
}

async function toClientOptions(options: ResolvedNatsOptions, nodeId: string): Promise<NodeConnectionOptions> {
  const { addresses, reconnect, connectTimeoutMs, waitOnStart, inboxPrefix, name = nodeId } = options;
  const { user = addresses.user, pass = addresses.pass, token = addresses.token } = options;
  const authenticator = await authenticatorOf(options);
  const tls = tlsOf(options);
  return {
    servers: [...addresses.hosts],
    name,
    timeout: connectTimeoutMs,
    waitOnFirstConnect: waitOnStart,
    reconnect: true,
    maxReconnectAttempts: reconnect.maxAttempts,
    reconnectTimeWait: reconnect.waitMs,
    reconnectJitter: reconnect.jitterMs,
    reconnectJitterTLS: reconnect.jitterMs,
    // A node that stays away for good because a server was asked too early helps nobody.
    ignoreAuthErrorAbort: reconnect.maxAttempts === -1,
    noAsyncTraces: true,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...(user !== undefined && { user, pass }),
    ...(token !== undefined && { token }),
    ...(authenticator !== undefined && { authenticator }),
    ...(tls !== undefined && { tls }),
  };
}

function tlsOf({ tls, addresses }: ResolvedNatsOptions): NodeConnectionOptions['tls'] | undefined {
  if (tls === false) return null;
  if (typeof tls === 'object') return { ...tls };
  return tls === true || addresses.isTls ? {} : undefined;
}

async function authenticatorOf(
  options: ResolvedNatsOptions,
): Promise<NodeConnectionOptions['authenticator']> {
  const { credentialsFile, nkeySeed } = options;
  if (nkeySeed !== undefined) return nkeyAuthenticator(new TextEncoder().encode(nkeySeed));
  if (credentialsFile === undefined) return undefined;
  try {
    return credsAuthenticator(await readFile(credentialsFile));
  } catch (thrown) {
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The credentials file of NATS cannot be read: ${credentialsFile}.`,
      {
        details: { credentialsFile },
        cause: thrown,
      },
    );
  }
}

/** Why it failed, in the client's words: they name addresses and what the server said, no credentials. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'for a reason that is not known';
  const { cause } = thrown;
  const [message = ''] = (cause instanceof Error && cause.message !== '' ? cause : thrown).message.split(
    '\n',
  );
  return message.toLowerCase().replace(/\.$/, '') || thrown.name;
}
