import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What speaks at an address, by its first words. */
export type ServerKind = 'nats' | 'redis' | 'http' | 'tls';

/** How long a server may take to say something, in milliseconds. NATS speaks first, the others answer. */
const GREETING_MS = 150;
const ANSWER_MS = 500;
/** A line that Redis answers as a command, and HTTP as a request. */
const QUESTION = 'PING / HTTP/1.1\r\n\r\n';

/**
 * Finds out what listens at an address: for words that help when it is not what an engine was told. Resolves with undefined
 * if nothing does, or if it says nothing known.
 */
export async function identifyServer(host: string, port: number): Promise<ServerKind | undefined> {
  const words = await firstWords(host, port);
  if (words === undefined) return undefined;
  if (words.startsWith('INFO {')) return 'nats';
  if (words.startsWith('HTTP/')) return 'http';
  if (/^(\+|-[A-Z])/.test(words)) return 'redis';
  // It waits for a handshake, or answered ours, which was none, in its own way.
  return (await speaksTls(host, port)) ? 'tls' : undefined;
}

/** Undefined if nobody takes the connection. */
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

/** Whether a handshake succeeds, or is refused as only TLS refuses one, for want of a certificate. Nothing is sent. */
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
