/** Exit codes. `check` uses those of Nagios. */
export const EXIT = {
  ok: 0,
  /** The command failed: the broker is unavailable, a node did not answer, or some items failed. */
  failed: 1,
  /** Wrong arguments or settings. */
  usage: 2,
  /** There is no such node, subscription, queued command, dead letter, saga, projection, handler, context or file. */
  notFound: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with a message and a code. */
export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = 'CliError';
  }
}

export function notFound(message: string): CliError {
  return new CliError(EXIT.notFound, message);
}

export function wrongUsage(message: string): CliError {
  return new CliError(EXIT.usage, message);
}
