import { TemporaryFolder } from '@catga/servers';
import { runCli } from '../index.js';
import type { Terminal } from '../terminal.js';

/** What a run of the program wrote and ended with. */
export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal of a test, with settings of its own. */
export class TestTerminal {
  readonly folder = new TemporaryFolder();
  /** What somebody answers; undefined: nobody is there. */
  answer: string | undefined;
  isWatched = false;

  constructor(private readonly env: Readonly<Record<string, string>> = {}) {}

  run(...args: readonly string[]): Promise<Run> {
    return this.start(args).ended;
  }

  /** Runs it with JSON as the format, and parses what it wrote. */
  async json(...args: readonly string[]): Promise<unknown> {
    const { out, err, exitCode } = await this.run(...args, '--output', 'json');
    if (exitCode !== 0) throw new Error(`It ended with ${exitCode}: ${err}`);
    return JSON.parse(out) as unknown;
  }

  /** A run that goes on until it is stopped. */
  start(args: readonly string[]): { readonly ended: Promise<Run>; readonly lines: string[]; stop(): void } {
    const { answer, env, folder, isWatched } = this;
    const ending = new AbortController();
    const lines: string[] = [];
    let out = '';
    let err = '';
    const terminal: Terminal = {
      version: '0.0.0',
      env: { XDG_CONFIG_HOME: folder.path, ...env },
      isInteractive: answer !== undefined,
      hasColors: false,
      isWatched,
      signal: ending.signal,
      out(text) {
        out += text;
        lines.push(...text.split('\n').filter((line) => line !== ''));
      },
      err: (text) => void (err += text),
      ask: () => Promise.resolve(answer ?? ''),
    };
    const ended = runCli(args, terminal).then((exitCode) => ({ exitCode, out, err }));
    return { ended, lines, stop: () => ending.abort() };
  }
}
