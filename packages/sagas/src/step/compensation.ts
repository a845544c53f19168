import { replyingTo } from '@catga/core/engine';
import type { RecordedMessage, SagaCommand, SagaRecord } from '../records/saga-record.js';
import type { ReplyInput } from './saga-input.js';
import { signalName } from './saga-signal.js';

/** The parts of a record that commands and their undoing change. */
export interface Undoing {
  readonly status: SagaRecord['status'];
  readonly commands: readonly SagaCommand[];
  readonly reason?: string | undefined;
  readonly problem?: string | undefined;
  /** The next undo to be sent. */
  readonly sends: readonly RecordedMessage[];
}

/** A command and how it ended. Undefined if nobody waits for that. */
export function withOutcome(
  commands: readonly SagaCommand[],
  reply: ReplyInput,
): readonly SagaCommand[] | undefined {
  const at = commands.findIndex(({ id, outcome }) => id === reply.command.messageId && outcome === undefined);
  const command = commands[at];
  if (command === undefined) return undefined;
  const mayHaveEffect = reply.ok || !reply.isRefusal;
  // What had no effect, or cannot be undone, is no more to be thought of.
  if (command.undo === undefined || !mayHaveEffect) return commands.toSpliced(at, 1);
  return commands.with(at, { ...command, outcome: reply.ok ? 'succeeded' : 'failed' });
}

/** Whether a reply is about the undo of the last command. */
export function isAboutUndo(commands: readonly SagaCommand[], { command }: ReplyInput): boolean {
  const id = commands.at(-1)?.undo?.message.messageId;
  return id !== undefined && (command.messageId === id || command.messageId.startsWith(`${id}/`));
}

/** The last command is undone, or its undo has failed. */
export function afterUndo(record: SagaRecord, reply: ReplyInput, nowMs: number): Undoing {
  const { commands } = record;
  if (reply.ok) return nextUndo(record, commands.slice(0, -1), nowMs);
  const problem = `${reply.command.name} failed: ${reply.error.message}`;
  return { status: 'stuck', commands, reason: record.reason, problem, sends: [] };
}

/** An outcome came while the saga compensates, or is stuck: what waited for it goes on. */
export function afterOutcome(record: SagaRecord, commands: readonly SagaCommand[], nowMs: number): Undoing {
  const { status, reason, problem } = record;
  const last = commands.at(-1);
  const isBusy = last !== undefined && last.undone > 0;
  if (status === 'stuck' || isBusy) return { status, commands, reason, problem, sends: [] };
  return nextUndo(record, commands, nowMs);
}

/** Sends the undo of the last command, once the outcome of that is known; the saga is compensated when there is none left. */
export function nextUndo(
  { saga, id, reason }: Pick<SagaRecord, 'saga' | 'id' | 'reason'>,
  commands: readonly SagaCommand[],
  nowMs: number,
): Undoing {
  const left = commands.slice(0, 1 + commands.findLastIndex(({ undo }) => undo !== undefined));
  const last = left.at(-1);
  if (last?.undo === undefined) return { status: 'compensated', commands: [], reason, sends: [] };
  if (last.outcome === undefined) return { status: 'compensating', commands: left, reason, sends: [] };
  const { message } = last.undo;
  const messageId = last.undone === 0 ? message.messageId : `${message.messageId}/${last.undone + 1}`;
  const command = { ...message, messageId, sentAtMs: nowMs };
  return {
    status: 'compensating',
    commands: left.with(left.length - 1, { ...last, undone: last.undone + 1 }),
    reason,
    sends: [{ message: replyingTo(command, { name: signalName(saga), reference: id }) }],
  };
}

/** Undefined if the saga cannot be told so. */
export function operated(
  record: SagaRecord,
  action: 'retry' | 'compensate' | 'complete',
  reason: string | undefined,
  nowMs: number,
): Undoing | undefined {
  const { status, commands } = record;
  switch (action) {
    case 'retry':
      return status === 'stuck' ? nextUndo(record, commands, nowMs) : undefined;
    case 'compensate':
      return status === 'running'
        ? nextUndo({ ...record, reason: reason ?? 'by hand' }, commands, nowMs)
        : undefined;
    case 'complete':
      if (status === 'completed' || status === 'compensated') return undefined;
      return { status: 'completed', commands: [], reason: reason ?? record.reason, sends: [] };
  }
}
