import { replyingTo } from '@catga/core/engine';
import type { RecordedMessage, SagaCommand, SagaRecord } from '../records/saga-record.js';
import type { ReplyInput } from './saga-input.js';
import { signalName } from './saga-signal.js';

/** The fields of a record that outcomes and compensation change. */
export interface Undoing {
  readonly status: SagaRecord['status'];
  readonly commands: readonly SagaCommand[];
  readonly reason?: string | undefined;
  readonly problem?: string | undefined;
  /** The next undo to send. */
  readonly sends: readonly RecordedMessage[];
}

/** Records the outcome of a command. Undefined if that outcome is not pending. */
export function withOutcome(
  commands: readonly SagaCommand[],
  reply: ReplyInput,
): readonly SagaCommand[] | undefined {
  const at = commands.findIndex(({ id, outcome }) => id === reply.command.messageId && outcome === undefined);
  const command = commands[at];
  if (command === undefined) return undefined;
  const mayHaveEffect = reply.ok || !reply.isRefusal;
  // A command without effect, or without an undo, is forgotten.
  if (command.undo === undefined || !mayHaveEffect) return commands.toSpliced(at, 1);
  return commands.with(at, { ...command, outcome: reply.ok ? 'succeeded' : 'failed' });
}

/** Whether a reply is about the undo of the last command. */
export function isAboutUndo(commands: readonly SagaCommand[], { command }: ReplyInput): boolean {
  const id = commands.at(-1)?.undo?.message.messageId;
  return id !== undefined && (command.messageId === id || command.messageId.startsWith(`${id}/`));
}

/** Handles the outcome of the last command's undo. */
export function afterUndo(record: SagaRecord, reply: ReplyInput, nowMs: number): Undoing {
  const { commands } = record;
  if (reply.ok) return nextUndo(record, commands.slice(0, -1), nowMs);
  const problem = `${reply.command.name} failed: ${reply.error.message}`;
  return { status: 'stuck', commands, reason: record.reason, problem, sends: [] };
}

/** Handles an outcome while the saga compensates or is stuck: continues the compensation that waited for it. */
export function afterOutcome(record: SagaRecord, commands: readonly SagaCommand[], nowMs: number): Undoing {
  const { status, reason, problem } = record;
  const last = commands.at(-1);
  const isBusy = last !== undefined && last.undone > 0;
  if (status === 'stuck' || isBusy) return { status, commands, reason, problem, sends: [] };
  return nextUndo(record, commands, nowMs);
}

/** Sends the undo of the last command once its outcome is known. Without commands left, the saga is compensated. */
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

/** Applies an operator's action. Undefined if the status does not allow it. */
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
