import { CommanderError } from 'commander';
import { CatgaError } from '@catga/core';
import { Cli } from './cli.js';
import { CliError, EXIT } from './exit-codes.js';
import { printable } from './output.js';
import { makeProgram } from './program.js';
import type { Terminal } from './terminal.js';

export type { Terminal } from './terminal.js';

/**
 * Runs the command line. Resolves with the exit code; never rejects.
 *
 * @param args without the program itself: `['nodes', 'ls']`
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const cli = new Cli(terminal);
  try {
    await makeProgram(cli).parseAsync([...args], { from: 'user' });
    return cli.exitCode;
  } catch (thrown) {
    // Commander has printed the problem; exit code 0 is `--help`.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.err(`${printable(textOf(thrown))}\n`);
    return exitCodeOf(thrown);
  }
}

function textOf(thrown: unknown): string {
  if (thrown instanceof CatgaError) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CliError) return thrown.exitCode;
  if (!(thrown instanceof CatgaError)) return EXIT.failed;
  switch (thrown.code) {
    case 'CATGA_CONFIGURATION':
    case 'CATGA_VALIDATION_FAILED':
      return EXIT.usage;
    case 'CATGA_NODE_NOT_FOUND':
    case 'CATGA_NO_HANDLER':
    case 'CATGA_DEAD_LETTER_NOT_FOUND':
    case 'CATGA_COMMAND_NOT_FOUND':
    case 'CATGA_SAGA_NOT_FOUND':
    case 'CATGA_PROJECTION_NOT_FOUND':
      return EXIT.notFound;
    default:
      return EXIT.failed;
  }
}
