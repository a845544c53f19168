import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtProgram } from '@catga/servers';
import { until } from './until.fixture.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DIST = new URL('../dist/', import.meta.url);
/** Long, for machines that do much else: a start takes a second, and the first one with PGlite ten. */
const STARTS_WITHIN_MS = 200_000;
const LISTENING = /Orders listens on (http:\/\/\S+)/;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Compiles the application, as `npm start` does; a moment if nothing has changed. */
export function build(): void {
  const compiler = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'apps/orders'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}

/** The application as a process of its own, in a process group of its own, on the loopback interface. */
export class OrdersProcess {
  readonly exited: Promise<Exit>;
  private text = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk) => (this.text += String(chunk)));
    child.stderr?.on('data', (chunk) => (this.text += String(chunk)));
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Runs a shell command that starts the application, on any free port unless the environment says another. */
  static run(
    environment: NodeJS.ProcessEnv = {},
    command = `exec node ${builtProgram(DIST, '.')}`,
  ): OrdersProcess {
    const env = { ...process.env, NO_COLOR: '1', HOST: '127.0.0.1', PORT: '0', ...environment };
    return new OrdersProcess(spawn('sh', ['-c', command], { cwd: ROOT, env, detached: true }));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything it has said so far. */
  get log(): string {
    return this.text;
  }

  /** Resolves with its address once it listens. */
  async url(): Promise<string> {
    const ended = this.exited.then(() => {
      throw new Error(`It ended before it listened:\n${this.text}`);
    });
    const [, url] = await Promise.race([
      ended,
      until(
        () => LISTENING.exec(this.text) ?? [],
        (match) => match.length > 0,
        STARTS_WITHIN_MS,
      ),
    ]);
    return url!;
  }

  /** What a terminal does on Ctrl+C: a signal to every process of the group. */
  interrupt(): void {
    this.signalGroup('SIGINT');
  }

  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** For the end of a test: whatever is left of the group. */
  async kill(): Promise<void> {
    if (this.isRunning) this.signalGroup('SIGKILL');
    await this.exited;
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }
}
