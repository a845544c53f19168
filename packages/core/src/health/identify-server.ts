import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Protocol at an address, by its first bytes. */
export type ServerKind = 'nats' | 'redis' | 'http' | 'tls';

/** Timeout of a reply, in milliseconds. NATS sends first, the others reply. */
const GREETING_MS = 150;
const ANSWER_MS = 500;
/** A line to which Redis and HTTP servers reply. */
const QUESTION = 'PING / HTTP/1.1\r\n\r\n';

/**
 * Identifies the protocol at an address, for the error text if it is not the expected one. Resolves with undefined
 * without a listener, or for an unknown protocol.
 */
export async function identifyServer(host: string, port: number): Promise<ServerKind | undefined> {
  const words = await firstWords(host, port);
  if (words === undefined) return undefined;
  if (words.startsWith('INFO {')) return 'nats';
  if (words.startsWith('HTTP/')) return 'http';
  if (/^(\+|-[A-Z])/.test(words)) return 'redis';
  // It waits for a TLS handshake, or replied to ours, which was none.
  return (await speaksTls(host, port)) ? 'tls' : undefined;
}

/** Undefined if the connection is refused. */
function firstWords(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let isConnected = false;
    const end = (words?: string): void => {
      clearTimeout(greeting);
      clearTimeout(answer);
      socket.destroy();
      resolve(words ?? (isConnected ? '' : undefined));
    };
    const greeting = setTimeout(() => isConnected && socket.write(QUESTION), GREETING_MS);
    const answer = setTimeout(() => end(), ANSWER_MS);
    socket.on('connect', () => void (isConnected = true));
    socket.on('data', (bytes: Buffer) => end(bytes.subarray(0, 8).toString('latin1')));
    socket.on('error', () => end());
    socket.on('close', () => end());
  });
}

/** Whether a TLS handshake succeeds, or fails for a missing client certificate. Sends no data. */
function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const end = (isTls: boolean): void => {
      clearTimeout(expiry);
      socket.destroy();
      resolve(isTls);
    };
    const expiry = setTimeout(() => end(false), ANSWER_MS);
    socket.on('secureConnect', () => end(true));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(code.includes('ALERT')));
    socket.on('close', () => end(false));
  });
}
