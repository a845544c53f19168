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

/** A nats-server with JetStream on a free port of the loopback interface, with its own store. */
export class NatsServer {
  private process: ChildProcess | undefined;
  private output = '';
  private hasJetStream = true;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private storeDirectory: string,
  ) {}

  /** Major and minor version of the program. */
  static version(): readonly [number, number] {
    return versionOf(findNatsServer());
  }

  /** Client URL. */
  get url(): string {
    return `nats://${HOST}:${this.port}`;
  }

  /** Id of the running process, if any. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts a server that a test may stop and start. */
  static async spawn(args: readonly string[] = [], { hasJetStream = true } = {}): Promise<NatsServer> {
    const server = await NatsServer.prepare(args);
    server.hasJetStream = hasJetStream;
    await server.start();
    return server;
  }

  /** Allocates a port and a store without starting the server. */
  static async prepare(args: readonly string[] = []): Promise<NatsServer> {
    return new NatsServer(await freePort(), args, newStore());
  }

  /** Starts it with its stored data. */
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

  /** Kills it with SIGKILL; its store stays. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Suspends it: connections stay open, but get no answers. */
  pause(): void {
    suspend(this.process);
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Shuts it down gracefully: it writes its state to disk; its store stays. */
  async shutDown(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Folder of a stream, with its messages (`msgs`) and consumers (`obs`). */
  folderOf(stream: string): string {
    return join(this.storeDirectory, 'jetstream', '$G', 'streams', stream);
  }

  /** Deletes all stored data; only while it is stopped. */
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
    child.kill('SIGCONT'); // A suspended process exits only after it continues.
    await exited;
  }
}

function newStore(): string {
  return mkdtempSync(join(tmpdir(), 'catga-nats-store-'));
}
