import { readFile } from 'node:fs/promises';
import { CatgaError } from '@catga/core';
import { toError } from '@catga/core/engine';
import type { EngineClient } from '@catga/core/engine';
import { AuthorizationError, connect, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node';
import type { Authenticator, NodeConnectionOptions } from '@nats-io/transport-node';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { unavailable } from './broker-errors.js';
import type { NatsClientConnection } from './client-connection.js';
import { wrongServer } from './wrong-server.js';

/**
 * Opens an owned connection; with `waitOnStart` waits for the broker, but not after a refused authentication.
 * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if no server replies or accepts the credentials; `CATGA_CONFIGURATION` for
 * unreadable credentials. The errors contain their location only.
 */
export async function openConnection(
  options: ResolvedNatsOptions,
  { nodeId, clock }: Pick<EngineClient, 'nodeId' | 'clock'>,
): Promise<NatsClientConnection> {
  const clientOptions = await toClientOptions(options, nodeId);
  const { addresses, waitOnStart, reconnect } = options;
  for (;;) {
    try {
      return await connect(clientOptions);
    } catch (thrown) {
      const wrong = await wrongServer(
        addresses.hosts,
        clientOptions.tls !== undefined && clientOptions.tls !== null,
      );
      if (!waitOnStart || wrong !== undefined || thrown instanceof AuthorizationError) {
        throw unavailable(
          `NATS cannot be reached at ${addresses.hosts.join(', ')}: ${wrong ?? reasonOf(thrown)}.`,
          thrown,
        );
      }
    }
    const pauseMs = reconnect.waitMs + Math.random() * reconnect.jitterMs;
    await new Promise<void>((resolve) => void clock.setTimer(pauseMs, resolve));
  }
}

async function toClientOptions(options: ResolvedNatsOptions, nodeId: string): Promise<NodeConnectionOptions> {
  const { addresses, reconnect, connectTimeoutMs, inboxPrefix, name = nodeId } = options;
  const { user = addresses.user, pass = addresses.pass, token = addresses.token } = options;
  const authenticator = await authenticatorOf(options);
  const tls = tlsOf(options);
  return {
    servers: [...addresses.hosts],
    name,
    timeout: connectTimeoutMs,
    reconnect: true,
    maxReconnectAttempts: reconnect.maxAttempts,
    reconnectTimeWait: reconnect.waitMs,
    reconnectJitter: reconnect.jitterMs,
    reconnectJitterTLS: reconnect.jitterMs,
    // Keep trying after authentication errors: the server may learn of the user later.
    ignoreAuthErrorAbort: true,
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

async function authenticatorOf(options: ResolvedNatsOptions): Promise<Authenticator | undefined> {
  const { credentialsFile, nkeySeed } = options;
  if (nkeySeed !== undefined) {
    return tried(
      nkeyAuthenticator(new TextEncoder().encode(nkeySeed)),
      'nkeySeed is not a seed of an nkey.',
      {},
    );
  }
  if (credentialsFile === undefined) return undefined;
  const details = { credentialsFile };
  let content: Uint8Array;
  try {
    content = await readFile(credentialsFile);
  } catch (cause) {
    const message = `The credentials file of NATS cannot be read: ${credentialsFile}.`;
    throw new CatgaError('CATGA_CONFIGURATION', message, { details, cause });
  }
  return tried(
    credsAuthenticator(content),
    `${credentialsFile} is not a credentials file of NATS: it lacks a JWT or a seed.`,
    details,
  );
}

/** Parses the credentials early: the client does so only when a server asks. */
function tried(
  authenticator: Authenticator,
  message: string,
  details: Readonly<Record<string, unknown>>,
): Authenticator {
  try {
    authenticator('nonce');
  } catch {
    // Without its cause, which may contain a part of them.
    throw new CatgaError('CATGA_CONFIGURATION', message, { details });
  }
  return authenticator;
}

/** The client's error text: addresses and the server's message, no credentials. */
function reasonOf(thrown: unknown): string {
  const { name, message, cause } = toError(thrown);
  const said = (cause !== undefined && toError(cause).message) || message;
  const [firstLine = ''] = said.split('\n');
  return firstLine.toLowerCase().replace(/\.$/, '') || name;
}
