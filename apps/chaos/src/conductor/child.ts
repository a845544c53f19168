import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { builtProgram } from '@catga/servers';

/** For busy machines; a start takes a second. */
const STARTS_WITHIN_MS = 60_000;
/** Longer than a node drains. */
const STOPS_WITHIN_MS = 20_000;

/** A process of the run, from its start to its end. */
export class Child {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly logFile: string,
  ) {}

  /** Starts `<folder>/main.js`; what it says goes to the log file. */
  static start(name: string, folder: string, args: readonly string[], logFile: string): Child {
    const program = builtProgram(new URL('../', import.meta.url), folder);
    const log = openSync(logFile, 'a');
    const child = fork(program, args, {
      stdio: ['ignore', log, log, 'ipc'],
      execArgv: ['--enable-source-maps', '--expose-gc'],
      detached: true, // Ctrl+C is for the conductor, who stops everyone in order.
    });
    closeSync(log);
    child.on('error', () => {}); // A message to a process that is gone; its exit tells.
    return new Child(name, child, logFile);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private get end(): string | number | null {
    return this.child.signalCode ?? this.child.exitCode;
  }

  /** Resolves with the next thing it says. Rejects if it ends first. */
  async heard<T>(withinMs = STARTS_WITHIN_MS): Promise<T> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), withinMs);
    const { signal } = controller;
    try {
      const said = once(this.child, 'message', { signal }) as Promise<[T]>;
      const ended = once(this.child, 'exit', { signal }).then(() => undefined);
      const first = await Promise.race([said, ended]);
      if (first === undefined) throw new Error(`${this.name} ended with ${this.end}:\n${this.log()}`);
      return first[0];
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      throw new Error(`${this.name} said nothing for ${withinMs} ms:\n${this.log()}`, { cause: thrown });
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  }

  say(message: object | string): void {
    this.child.send(message);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.child.kill(signal);
  }

  async ended(): Promise<void> {
    if (this.isRunning) await once(this.child, 'exit');
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** SIGTERM: it finishes what is running. Rejects if it does not end by itself. */
  async terminate(withinMs = STOPS_WITHIN_MS): Promise<void> {
    this.signal('SIGTERM');
    const end = await Promise.race([this.ended(), pause(withinMs, 'late', { ref: false })]);
    if (end !== 'late') return;
    await this.kill();
    throw new Error(`${this.name} did not stop within ${withinMs} ms of SIGTERM:\n${this.log()}`);
  }

  private log(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  }
}
