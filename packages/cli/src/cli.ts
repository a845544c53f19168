import type { Command } from 'commander';
import { Contexts } from './connection/contexts.js';
import { engineOf } from './connection/engine-of.js';
import { Session } from './connection/session.js';
import { accessOf } from './connection/target.js';
import type { Access, Target } from './connection/target.js';
import { CliError, EXIT, wrongUsage } from './exit-codes.js';
import { Output } from './output.js';
import type { Format } from './output.js';
import type { Terminal } from './terminal.js';

/** Options of every command. */
export interface CommonOptions extends Access {
  readonly url?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly output: Format;
  readonly yes?: boolean;
}

/** Resources of a running command. */
export interface Work {
  readonly session: Session;
  readonly output: Output;
}

/** Shared services of the commands: terminal, saved contexts, connection. */
export class Cli {
  /** Exit code of the program. */
  exitCode: number = EXIT.ok;
  readonly contexts: Contexts;

  constructor(readonly terminal: Terminal) {
    this.contexts = new Contexts(terminal);
  }

  outputOf(command: Command): Output {
    return new Output(this.terminal, optionsOf(command).output);
  }

  /** Runs with a connection, and closes it afterwards. */
  async connected(command: Command, run: (work: Work) => Promise<void>): Promise<void> {
    const session = await this.open(command);
    try {
      const output = this.outputOf(command);
      if (session.serializerProblem !== undefined) output.note(session.serializerProblem);
      await run({ session, output });
    } finally {
      await session.close();
    }
  }

  async open(command: Command): Promise<Session> {
    const target = this.target(command);
    return Session.open(await engineOf(target), target, this.terminal.signal);
  }

  /**
   * Address of the cluster and credentials, from the options, the environment, or the selected context.
   *
   * @param address replaces the option `--url`
   */
  target(command: Command, address?: string): Target {
    const { env } = this.terminal;
    const options = optionsOf(command);
    const { url = address ?? env['CATGA_URL'], context: name, namespace } = options;
    const wanted = name ?? (url === undefined ? env['CATGA_CONTEXT'] : undefined);
    const context = url !== undefined && name === undefined ? undefined : this.contexts.get(wanted);
    if (wanted !== undefined && context === undefined)
      throw new CliError(EXIT.notFound, `There is no context '${wanted}': see catga context ls.`);
    const access = accessOf(options, env);
    if (context !== undefined)
      return { ...context.target, ...access, ...(namespace !== undefined && { namespace }) };
    if (url === undefined)
      throw wrongUsage('No cluster is selected: pass --url nats://… or redis://…, or add a context.');
    return { url, namespace: namespace ?? 'catga', ...access };
  }

  /** Asks for confirmation of an irreversible action. Without `--yes` and a terminal it is refused. */
  async confirm(command: Command, question: string): Promise<void> {
    if (optionsOf(command).yes === true) return;
    if (!this.terminal.isInteractive) throw wrongUsage(`${question} Pass --yes to confirm.`);
    const answer = await this.terminal.ask(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'Nothing was done.');
  }
}

export function optionsOf(command: Command): CommonOptions {
  return command.optsWithGlobals<CommonOptions>();
}
