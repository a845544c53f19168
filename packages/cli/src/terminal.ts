import { createInterface } from 'node:readline/promises';

/** Terminal of the program. */
export interface Terminal {
  /** Version of the program. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether questions can be asked. */
  readonly isInteractive: boolean;
  readonly hasColors: boolean;
  /** Whether {@link err} is a terminal. */
  readonly isWatched: boolean;
  /** Aborted when the program has to end. */
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
  // The reader may close the pipe, as `head` does.
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
