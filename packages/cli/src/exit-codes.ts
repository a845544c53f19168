/** What the program ends with. `check` in the format of Nagios has codes of its own. */
export const EXIT = {
  ok: 0,
  /** It could not be done: the broker is away, a node did not answer, some of many failed. */
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
