import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findPostgres } from './find-postgres.js';
import { versionOf } from './find-server.js';
import { accepts, freePort, LOOPBACK as HOST } from './free-port.js';
import { newDataFolder, removeDataFolder } from './postgres-data.js';
import { unprivilegedUser } from './unprivileged-user.js';

const STARTS_WITHIN_MS = 60_000;
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
/** A killed server's processes may take a moment to end; until then another one does not start. */
const STILL_IN_USE = /pre-existing shared memory block|lock file .* already exists/;

/** How a server is started. */
export interface PostgresServerOptions {
  /** Settings as `name=value`. */
  readonly settings?: readonly string[];
  /**
   * Whether a COMMIT is on disk when it is acknowledged. Turn it off where a test looks at no crash: it saves time.
   * @defaultValue true
   */
  readonly isDurable?: boolean;
}

/** A PostgreSQL server on a free port of the loopback interface, with its own data. */
export class PostgresServer {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly port: number,
    private readonly settings: readonly string[],
    private data: string,
  ) {}

  /** Major and minor version of the program. */
  static version(): readonly [number, number] {
    return versionOf(findPostgres());
  }

  /** URL of the database `postgres` for its superuser `postgres`, who has no password. */
  get url(): string {
    return this.urlOf('postgres');
  }

  /** URL of another database. */
  urlOf(database: string): string {
    return `postgres://postgres@${HOST}:${this.port}/${database}`;
  }

  /** Id of the running process, if any. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts a server that a test may stop and start. */
  static async spawn(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const server = await PostgresServer.prepare(options);
    await server.start();
    return server;
  }

  /** Allocates a port and a data folder without starting the server. */
  static async prepare({
    settings = [],
    isDurable = true,
  }: PostgresServerOptions = {}): Promise<PostgresServer> {
    return new PostgresServer(
      await freePort(),
      [...(isDurable ? [] : NOT_DURABLE), ...settings],
      newDataFolder(),
    );
  }

  /** Starts it with its stored data; after a crash it recovers first. */
  async start(): Promise<void> {
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!(await this.tryStart(deadlineMs))) {
      if (!STILL_IN_USE.test(this.output) || Date.now() > deadlineMs)
        throw new Error(`postgres did not start:\n${this.output}`);
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    while (!(await accepts(this.port)))
      if (Date.now() > deadlineMs) throw new Error(`postgres does not listen on ${this.port}.`);
  }

  /** Kills all its processes with SIGKILL; its data stays. */
  async kill(): Promise<void> {
    const processes = this.sessions();
    const ended = this.end('SIGKILL');
    for (const pid of processes) signal(pid, 'SIGKILL');
    await ended;
  }

  /** Suspends all its processes: connections stay open, but get no answers. */
  pause(): void {
    this.process?.kill('SIGSTOP');
    for (const pid of this.sessions()) signal(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of this.sessions()) signal(pid, 'SIGCONT');
    this.process?.kill('SIGCONT');
  }

  /** Ends all sessions and shuts it down gracefully; its data stays. */
  async shutDown(): Promise<void> {
    await this.end('SIGINT');
  }

  /** Deletes all stored data; only while it is stopped. */
  empty(): void {
    removeDataFolder(this.data);
    this.data = newDataFolder();
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    this.resume();
    await this.end('SIGQUIT');
    removeDataFolder(this.data);
  }

  private async tryStart(deadlineMs: number): Promise<boolean> {
    const settings = [`listen_addresses=${HOST}`, `port=${this.port}`, 'unix_socket_directories=', 'jit=off'];
    const args = [...settings, ...this.settings].flatMap((setting) => ['-c', setting]);
    this.output = '';
    const child = spawn(findPostgres(), ['-D', this.data, ...args], {
      cwd: dirname(this.data),
      stdio: ['ignore', 'ignore', 'pipe'],
      ...unprivilegedUser(),
    });
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.process = child;
    while (!this.output.includes('is ready to accept connections')) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) return false;
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    return true;
  }

  /** Ids of its other processes; none on systems without `/proc`. */
  private sessions(): readonly number[] {
    const file = `/proc/${this.pid}/task/${this.pid}/children`;
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
  }

  private async end(endSignal: NodeJS.Signals): Promise<void> {
    const { process: child } = this;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(endSignal);
    child.kill('SIGCONT'); // A suspended process exits only after it continues.
    await exited;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
