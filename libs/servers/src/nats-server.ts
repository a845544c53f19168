import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer } from './find-nats-server.js';
import { versionOf } from './find-server.js';
import { accepts, freePort, LOOPBACK as HOST } from './free-port.js';
import { suspend } from './suspend.js';

const STARTS_WITHIN_MS = 60_000;

/** A nats-server with JetStream on a free port of the loopback interface, with a store of its own. */
export class NatsServer {
  private process: ChildProcess | undefined;
  private output = '';
  private hasJetStream = true;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private storeDirectory: string,
  ) {}

  /** Major and minor version of the program that is spawned. */
  static version(): readonly [number, number] {
    return versionOf(findNatsServer());
  }

  /** Where it listens. */
  get url(): string {
    return `nats://${HOST}:${this.port}`;
  }

  /** The process that runs now, if one does. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** A server of our own, which a test may stop and start. */
  static async spawn(args: readonly string[] = [], { hasJetStream = true } = {}): Promise<NatsServer> {
    const server = await NatsServer.prepare(args);
    server.hasJetStream = hasJetStream;
    await server.start();
    return server;
  }

  /** A port and a store, and nothing that listens yet. */
  static async prepare(args: readonly string[] = []): Promise<NatsServer> {
    return new NatsServer(await freePort(), args, newStore());
  }

  /** Starts it, with what its store holds. */
  async start(): Promise<void> {
    const store = this.hasJetStream ? ['--jetstream', '--store_dir', this.storeDirectory] : [];
    const args = ['--addr', HOST, '--port', String(this.port), ...store, ...this.args];
    this.output = '';
    const child = spawn(findNatsServer(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.process = child;
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!this.output.includes('Server is ready')) {
      if (child.exitCode !== null || Date.now() > deadlineMs) {
        throw new Error(`nats-server did not start:\n${this.output}`);
      }
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    while (!(await accepts(this.port))) {
      if (Date.now() > deadlineMs) throw new Error(`nats-server does not listen on ${this.port}.`);
    }
  }

  /** Ends it at once, as SIGKILL does; its store stays. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Lets it stand still: its connections stay open, and nothing is answered. */
  pause(): void {
    suspend(this.process);
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Ends it as whoever runs it does: it writes down what it knows; its store stays. */
  async shutDown(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Where it keeps the messages of a stream (`msgs`) and its consumers (`obs`). */
  folderOf(stream: string): string {
    return join(this.storeDirectory, 'jetstream', '$G', 'streams', stream);
  }

  /** Forgets all that was stored; only while it is stopped. */
  empty(): void {
    rmSync(this.storeDirectory, { recursive: true, force: true });
    this.storeDirectory = newStore();
  }

  /** Stops it and removes its store. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.storeDirectory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { process: child } = this;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT'); // One that stands still ends when it goes on.
    await exited;
  }
}

function newStore(): string {
  return mkdtempSync(join(tmpdir(), 'catga-nats-store-'));
}
