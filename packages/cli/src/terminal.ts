import { createInterface } from 'node:readline/promises';

/** Where the program runs: what it reads and writes. */
export interface Terminal {
  /** Of this program. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  readonly hasColors: boolean;
  /** Whether somebody watches what is written to {@link err}. */
  readonly isWatched: boolean;
  /** Aborted when the program is to end. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Asks for a line. */
  ask(question: string): Promise<string>;
}

/** The terminal of this process. */
export function processTerminal(version: string): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  process.once('SIGTERM', () => ending.abort());
  // Whoever reads may have had enough, as `head` does.
  stdout.on('error', () => ending.abort());
  return {
    version,
    env,
    isInteractive: stdin.isTTY && stdout.isTTY,
    hasColors: stdout.isTTY && env['NO_COLOR'] === undefined,
    isWatched: stderr.isTTY,
    signal: ending.signal,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question, { signal: ending.signal });
      } finally {
        lines.close();
      }
    },
  };
}
