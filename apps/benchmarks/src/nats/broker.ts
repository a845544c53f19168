import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A broker to measure over. */
export interface Broker {
  readonly address: string;
  stop(): Promise<void>;
}

/** The server of `NATS_URL`, or a `nats-server` from PATH with a temporary store, on loopback. */
export async function startBroker(): Promise<Broker> {
  const given = process.env.NATS_URL;
  if (given !== undefined) return { address: given.replace(/^nats:\/\//, ''), stop: () => Promise.resolve() };
  const store = mkdtempSync(join(tmpdir(), 'catga-bench-'));
  const args = ['--addr', '127.0.0.1', '--port', '-1', '--jetstream', '--store_dir', store];
  const server = spawn('nats-server', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  server.on('error', () => {
    throw new Error('Install nats-server (Debian: apt-get install nats-server), or set NATS_URL.');
  });
  let port: string | undefined;
  for await (const line of createInterface({ input: server.stderr })) {
    port ??= /client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (line.includes('Server is ready')) break;
  }
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
      rmSync(store, { recursive: true, force: true });
    },
  };
}
