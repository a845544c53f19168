import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { builtProgram } from '@catga/servers';
import { toArguments } from '../node/node-settings.js';
import type { NodeSettings } from '../node/node-settings.js';
import type { ReadyMessage } from '../node/ready-message.js';

/** For busy machines; a start takes a second. */
const STARTS_WITHIN_MS = 60_000;
/** Longer than a node drains. */
const STOPS_WITHIN_MS = 15_000;

/** One process of the cluster, from its start to its end. */
export class NodeProcess {
  private isEndWanted = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly nodeId: string,
    private readonly logFile: string,
  ) {}

  /** Starts the program `<folder>/main.js` of the built application; what it says goes to the log file. */
  static spawn(folder: string, settings: NodeSettings, logFile: string): NodeProcess {
    const program = builtProgram(new URL('../../dist/', import.meta.url), folder);
    const log = openSync(logFile, 'a');
    const child = fork(program, toArguments(settings), {
      stdio: ['ignore', log, log, 'ipc'],
      execArgv: ['--enable-source-maps'],
      detached: true, // Ctrl+C is for the conductor, who stops everyone in order.
    });
    closeSync(log);
    return new NodeProcess(child, settings.nodeId, logFile);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it is a node of the cluster. */
  async ready(): Promise<ReadyMessage> {
    const timeout = AbortSignal.timeout(STARTS_WITHIN_MS);
    const ended = once(this.child, 'exit', { signal: timeout }).then(() => {
      throw new Error(`${this.nodeId} ended before it was ready:\n${this.log()}`);
    });
    const [message] = (await Promise.race([once(this.child, 'message', { signal: timeout }), ended])) as [
      ReadyMessage,
    ];
    ended.catch(() => {});
    return message;
  }

  /** Calls back with what it says over its channel. */
  onMessage(listener: (message: unknown) => void): void {
    this.child.on('message', listener);
  }

  /** Says something to it; what it cannot read now waits. */
  post(message: object): void {
    this.child.send(message);
  }

  /** SIGSTOP: it stands still, and its connections stay. */
  suspend(): void {
    this.child.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Calls back if it ends and nobody asked it to. */
  onCrash(report: (what: string) => void): void {
    this.child.once('exit', (code, signal) => {
      if (!this.isEndWanted) report(`${this.nodeId} ended with ${signal ?? code}:\n${this.log()}`);
    });
  }

  /** SIGKILL: it cannot finish anything. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM: it finishes what is running. */
  async terminate(): Promise<void> {
    const hasEnded = await Promise.race([
      this.end('SIGTERM'),
      pause(STOPS_WITHIN_MS, 'late', { ref: false }),
    ]);
    if (hasEnded !== 'late') return;
    await this.kill();
    throw new Error(`${this.nodeId} did not stop within ${STOPS_WITHIN_MS} ms of SIGTERM:\n${this.log()}`);
  }

  /** For the very end of the conductor, which cannot wait. */
  killAtOnce(): void {
    this.isEndWanted = true;
    if (this.isRunning) this.child.kill('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.isEndWanted = true;
    if (!this.isRunning) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }

  /** What it said in the end. */
  log(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  }
}
