import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { HandledMessage, TapPage } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import type { Session } from '../connection/session.js';
import type { Output } from '../output.js';
import { printable, time } from '../output.js';
import { wholeNumber } from './arguments.js';

/** Polling interval, in milliseconds. */
const ASK_EVERY_MS = 500;

interface TailOptions {
  readonly name?: string;
  readonly failed?: boolean;
  readonly count?: number;
}

/** `catga tail`: shows live what nodes handle. */
export function addTail(program: Command, cli: Cli): void {
  program
    .command('tail')
    .description('shows live what nodes handle: names, ids and outcomes, no content')
    .option('--name <name>', 'only messages with this wire name')
    .option('--failed', 'only failures')
    .option('--count <count>', 'ends after this number of messages', wholeNumber(1, 1_000_000))
    .action((options: TailOptions, command: Command) =>
      cli.connected(command, ({ session, output }) => tail(session, output, options)),
    );
}

async function tail(
  session: Session,
  output: Output,
  { name, failed, count = Infinity }: TailOptions,
): Promise<void> {
  const pages = new Map<string, TapPage>();
  const silent = new Set<string>();
  let left = count;
  while (!session.signal.aborted) {
    for (const { nodeId, result } of await session.admin.all((admin, id) => admin.tap(id, pages.get(id)))) {
      if (!result.ok) {
        if (!silent.has(nodeId)) output.note(`Node '${nodeId}' does not report: ${result.error.message}`);
        silent.add(nodeId);
        continue;
      }
      const { missed, messages } = result.value;
      if (!pages.has(nodeId)) output.note(`Listening to '${nodeId}'.`);
      pages.set(nodeId, result.value);
      if (missed > 0) output.note(`Node '${nodeId}': ${missed} more were missed.`);
      for (const message of messages) {
        if (name !== undefined && message.name !== name) continue;
        if (failed === true && message.error === undefined) continue;
        write(output, nodeId, message);
        if (--left === 0) return;
      }
    }
    await wait(ASK_EVERY_MS, undefined, { signal: session.signal }).catch(() => {});
  }
}

function write(output: Output, nodeId: string, message: HandledMessage): void {
  // Streamed JSON has one line for each message.
  if (output.format !== 'table') return output.line(JSON.stringify({ nodeId, ...message }));
  const { atMs, name, handler, messageId, attempt, durationMs, error } = message;
  const { red, green, dim } = output.colors;
  const ended =
    error === undefined ? green('ok') : red(printable(`${error.code ?? error.name}: ${error.message}`));
  const tries = attempt > 1 ? ` attempt ${attempt}` : '';
  const who = printable(`${name} ${messageId}`);
  output.line(
    `${dim(time(atMs))} ${nodeId} ${who} ${dim(printable(handler))} ${Math.round(durationMs)}ms${tries} ${ended}`,
  );
}
