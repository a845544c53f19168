import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Ask, SideArguments } from '../sides/protocol.js';

/** Longer than any round, and than many processes take to start at once on a busy machine. */
const ANSWERS_WITHIN_MS = 180_000;

/** Speaks with the process of one side of a contender. */
export class SideProcess {
  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param program of the side */
  static start(program: URL, name: string, given: SideArguments): SideProcess {
    const execArgv = ['--expose-gc', '--disable-warning=DEP0040', ...profilingOf(given)];
    return new SideProcess(`${name} (${given.side})`, fork(program, [JSON.stringify(given)], { execArgv }));
  }

  async ask<W extends Ask['what']>(ask: Extract<Ask, { what: W }>): Promise<Extract<Answer, { what: W }>> {
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]);
    try {
      this.child.send(ask);
      const [answer] = (await Promise.race([
        once(this.child, 'message', { signal }),
        once(this.child, 'exit', { signal }).then(([code]) => {
          throw new Error(`it ended with ${String(code)}`);
        }),
      ])) as [Answer];
      if (answer.what === ask.what) return answer as Extract<Answer, { what: W }>;
      throw new Error(answer.what === 'failed' ? answer.error : `unexpected '${answer.what}'`);
    } catch (thrown) {
      throw new Error(`${this.name}, asked for '${ask.what}': ${String(thrown)}`, { cause: thrown });
    } finally {
      settled.abort();
    }
  }

  /** Lets it close; one that cannot is ended. */
  async stop(): Promise<void> {
    if (!this.child.connected) return;
    const exited = once(this.child, 'exit');
    await this.ask({ what: 'stop' }).catch(() => this.child.kill('SIGKILL'));
    await exited;
  }
}

/** `BENCH_PROFILE=<folder>` leaves a CPU profile of every process there. */
function profilingOf({ side, peer, settings }: SideArguments): readonly string[] {
  const folder = process.env.BENCH_PROFILE;
  if (folder === undefined) return [];
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${settings.namespace}-${peer}-${side}.cpuprofile`,
  ];
}
