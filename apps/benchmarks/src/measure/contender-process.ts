import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Ask } from './protocol.js';

const ENTRY = fileURLToPath(new URL('../contender/main.js', import.meta.url));

/** A new space that holds all that a measurement of the heap allocates, in MiB. */
const LARGE_NEW_SPACE = ['--min-semi-space-size=128', '--max-semi-space-size=128'];

/** Speaks with the process of one contender. */
export class ContenderProcess {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static start(scenario: string, name: string, { forHeap = false } = {}): ContenderProcess {
    const execArgv = ['--expose-gc', '--disable-warning=DEP0040', ...(forHeap ? LARGE_NEW_SPACE : [])];
    return new ContenderProcess(name, fork(ENTRY, [scenario, name], { execArgv }));
  }

  /** Resolves when its application has started, and the process is quiet until it is asked for more. */
  async ready(): Promise<void> {
    await this.ask({ what: 'ready' }, 'ready');
  }

  /** Runs it for a while. Resolves with how many calls make a round of `roundMs`. */
  async warmUp(forMs: number, roundMs: number): Promise<number> {
    const warm = await this.ask({ what: 'warm-up', forMs }, 'warm');
    return Math.max(1, Math.round((warm.callsPerSecond * roundMs) / 1000 / warm.grain)) * warm.grain;
  }

  async round(calls: number): Promise<number> {
    return (await this.ask({ what: 'round', calls }, 'round')).callsPerSecond;
  }

  async heap(calls: number): Promise<number> {
    return (await this.ask({ what: 'heap', calls }, 'heap')).bytesPerCall;
  }

  /** Lets it close its application; one that cannot is ended. */
  async stop(): Promise<void> {
    try {
      if (this.child.connected) await this.ask({ what: 'stop' }, 'stopped');
    } catch {
      this.child.kill('SIGKILL');
    }
  }

  private async ask<W extends Answer['what']>(ask: Ask, expected: W): Promise<Extract<Answer, { what: W }>> {
    const exit = new AbortController();
    const gone = once(this.child, 'exit', { signal: exit.signal }).then(
      ([code]) => Promise.reject(new Error(`${this.name} ended with ${String(code)}.`)),
      () => undefined,
    );
    this.child.send(ask);
    const heard = once(this.child, 'message') as Promise<[Answer]>;
    const [answer] = (await Promise.race([heard, gone])) ?? [];
    exit.abort();
    if (answer?.what === expected) return answer as Extract<Answer, { what: W }>;
    throw new Error(
      `${this.name}: ${answer?.what === 'failed' ? answer.error : `unexpected ${answer?.what}`}`,
    );
  }
}
