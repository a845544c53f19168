import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { findPgBouncer } from './find-pgbouncer.js';
import { accepts, freePort, LOOPBACK as HOST } from './free-port.js';
import { TemporaryFolder } from './temporary-folder.js';
import { giveTo, unprivilegedUser } from './unprivileged-user.js';

const STARTS_WITHIN_MS = 60_000;

/** PgBouncer in transaction mode in front of a PostgreSQL server: each transaction may get another connection. */
export class PgBouncer {
  private constructor(
    readonly port: number,
    private readonly folder: TemporaryFolder,
    private readonly process: ChildProcess,
  ) {}

  /** URL of the database `postgres` through it. */
  get url(): string {
    return `postgres://postgres@${HOST}:${this.port}/postgres`;
  }

  /**
   * Starts it.
   * @param serverPort port of the PostgreSQL server
   * @param poolSize connections to the server
   */
  static async to(serverPort: number, poolSize: number): Promise<PgBouncer> {
    const port = await freePort();
    const folder = new TemporaryFolder();
    const settings = [
      '[databases]',
      `* = host=${HOST} port=${serverPort} user=postgres`,
      '[pgbouncer]',
      `listen_addr = ${HOST}`,
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      `default_pool_size = ${poolSize}`,
    ];
    const file = folder.write('pgbouncer.ini', settings.join('\n'));
    for (const path of [folder.path, file]) giveTo(unprivilegedUser(), path);
    chmodSync(folder.path, 0o700);
    const child = spawn(findPgBouncer(), [file], {
      cwd: folder.path,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...unprivilegedUser(),
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || Date.now() > deadlineMs)
        throw new Error(`pgbouncer did not start:\n${output}`);
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    return new PgBouncer(port, folder, child);
  }

  /** Stops it and removes its files. */
  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    if (this.process.exitCode === null && this.process.kill('SIGKILL')) await exited;
    this.folder.remove();
  }
}
