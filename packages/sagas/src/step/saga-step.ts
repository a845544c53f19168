import { CatgaError } from '@catga/nestjs';
import type { CapturedMessage, CaptureOptions } from '@catga/core/engine';
import { replyingTo } from '@catga/core/engine';
import type { SagaDefinition } from '../definition/saga-definition.js';
import { hasEnded } from '../records/saga-record.js';
import { partOf } from '../records/saga-records.js';
import type { RecordedMessage, SagaCommand, SagaHistoryEntry, SagaRecord } from '../records/saga-record.js';
import { afterOutcome, afterUndo, isAboutUndo, nextUndo, operated, withOutcome } from './compensation.js';
import type { Undoing } from './compensation.js';
import type { ReplyInput, StepInput } from './saga-input.js';
import { signalClassOf, signalName } from './saga-signal.js';
import type { SignalClass } from './saga-signal.js';
import { StepContext } from './step-context.js';

/** Services of the node that a step uses. */
export interface StepServices {
  nowMs(): number;
  /** Encodes a message to send after the step. */
  capture(message: object, options: CaptureOptions): Promise<CapturedMessage>;
  encode(what: string, value: unknown): string | Uint8Array;
  decode(what: string, body: string | Uint8Array): unknown;
}

/** Number of input keys kept to detect duplicates. */
const MAX_SEEN = 1000;
/** Maximum number of steps in the history, always with the first one. */
const MAX_HISTORY = 50;

/** One step of a saga: a record and an input give the next record, with everything to send. Has no side effects itself. */
export class SagaStep {
  constructor(
    private readonly definition: SagaDefinition,
    private readonly services: StepServices,
    private readonly signal: SignalClass = signalClassOf(definition.name),
  ) {}

  /**
   * Resolves with the next record; undefined if the input is ignored and nothing is written. Rejects with what the method throws, and with
   * `CATGA_SAGA_NOT_FOUND` for an event of a saga that has not started.
   */
  async take(
    id: string,
    record: SagaRecord | undefined,
    input: StepInput,
    instance: () => object | Promise<object>,
  ): Promise<SagaRecord | undefined> {
    if (record === undefined) return this.first(id, input, instance);
    const nowMs = this.services.nowMs();
    if (input.kind === 'operator') {
      const undoing = operated(record, input.action, input.reason, nowMs);
      return undoing && this.undoing(record, input, undoing, nowMs);
    }
    if (hasEnded(record)) return undefined;
    const { status } = record;
    if (input.kind === 'reply') {
      if (status !== 'running' && isAboutUndo(record.commands, input))
        return this.undoing(record, input, afterUndo(record, input, nowMs), nowMs);
      const commands = withOutcome(record.commands, input);
      if (commands === undefined) return undefined;
      if (status !== 'running')
        return this.undoing(record, input, afterOutcome(record, commands, nowMs), nowMs);
      return this.run({ ...record, commands }, input, this.methodFor(input), instance);
    }
    if (status !== 'running' || isOfEarlierSaga(input, record)) return undefined;
    const method = this.methodFor(input);
    if (method !== undefined) return this.run(record, input, method, instance);
    this.checkVersion(record); // Newer code may have a method for it.
    return undefined;
  }

  private async first(
    id: string,
    input: StepInput,
    instance: () => object | Promise<object>,
  ): Promise<SagaRecord | undefined> {
    if (input.kind !== 'event') return undefined;
    const { name: saga, version } = this.definition;
    const method = input.of.start?.method;
    if (method === undefined) {
      throw new CatgaError(
        'CATGA_SAGA_NOT_FOUND',
        `The saga ${saga} '${id}' has not started: ${input.label} waits for its start.`,
        {
          details: { saga, id },
        },
      );
    }
    const startedAtMs = this.services.nowMs();
    const fresh: SagaRecord = {
      saga,
      id,
      version,
      status: 'running',
      state: '',
      revision: 0,
      startedAtMs,
      changedAtMs: startedAtMs,
      seen: [],
      commands: [],
      outgoing: [],
      history: [],
    };
    return this.run(fresh, input, method, instance);
  }

  private methodFor(input: StepInput): string | symbol | undefined {
    const { results, failures, timeouts } = this.definition;
    switch (input.kind) {
      case 'event':
        return input.of.on?.method;
      case 'reply':
        return (input.ok ? results : failures).get(input.command.name);
      case 'timeout':
        return timeouts.get(input.name);
      case 'operator':
        return undefined;
    }
  }

  /** Calls the method and records what it requested. */
  private async run(
    record: SagaRecord,
    input: Exclude<StepInput, { readonly kind: 'operator' }>,
    method: string | symbol | undefined,
    getInstance: () => object | Promise<object>,
  ): Promise<SagaRecord> {
    const { definition, services } = this;
    const { name: saga, version, timeouts } = definition;
    const { id, startedAtMs } = record;
    const what = `The state of ${saga}`;
    const instance = (await getInstance()) as Record<string | symbol, (...args: unknown[]) => unknown>;
    const state = record.revision === 0 ? undefined : await this.stateOf(record, instance);
    const context = new StepContext(saga, id, state, timeouts);
    if (method !== undefined) {
      try {
        await instance[method]?.(...argumentsOf(input), context);
      } finally {
        context.close();
      }
    } else if (input.kind === 'reply' && !input.ok) context.compensate(reasonOf(input));
    const revision = record.revision + 1;
    const commands: SagaCommand[] = [...record.commands];
    const outgoing: RecordedMessage[] = [];
    for (const [index, intent] of context.intents.entries()) {
      // With the start: once a saga is forgotten, one of its id may start anew, and what that sends is no repetition.
      const messageId = `${partOf(saga)}/${partOf(id)}/${startedAtMs}/${revision}/${index}`;
      if (intent.kind === 'send') {
        const { message } = await services.capture(intent.command, { messageId });
        outgoing.push({ message: replyingTo(message, { name: signalName(saga), reference: id }) });
        const undo = intent.undo && (await services.capture(intent.undo, { messageId: `${messageId}/undo` }));
        commands.push({ id: messageId, name: message.name, ...(undo && { undo }), undone: 0 });
      } else if (intent.kind === 'publish')
        outgoing.push(await services.capture(intent.event, { messageId }));
      else {
        const { name: timeout, delayMs } = intent;
        const signal = new this.signal({ reference: id, timeout, startedAtMs });
        outgoing.push(await services.capture(signal, { messageId, delayMs }));
      }
    }
    const nowMs = services.nowMs();
    const { ending } = context;
    const next: SagaRecord = {
      ...record,
      version,
      state: services.encode(what, context.state ?? null),
      commands,
    };
    if (ending?.kind === 'compensate')
      return written(
        next,
        input,
        nextUndo({ ...record, reason: ending.reason }, commands, nowMs),
        outgoing,
        nowMs,
      );
    const now: Undoing =
      ending === undefined
        ? { status: 'running', commands, sends: [] }
        : { status: 'completed', commands: [], sends: [] };
    return written(next, input, now, outgoing, nowMs);
  }

  /** `CATGA_UNSUPPORTED`, retryable, for a state of a later version than that of the class. */
  private checkVersion({ id, version: stored }: SagaRecord): void {
    const { name: saga, version } = this.definition;
    if (stored <= version) return;
    throw new CatgaError(
      'CATGA_UNSUPPORTED',
      `The state of ${saga} '${id}' has version ${stored}, and this node knows ${version}: a node with newer code has to handle it.`,
      { details: { saga, id, version: stored }, retryable: true },
    );
  }

  /** The stored state, of the version of the class. */
  private async stateOf(
    record: SagaRecord,
    instance: Readonly<Record<string | symbol, (...args: unknown[]) => unknown>>,
  ): Promise<unknown> {
    const { name: saga, version, upgrades } = this.definition;
    this.checkVersion(record);
    let state = this.services.decode(`The state of ${saga}`, record.state);
    for (let from = record.version; from < version; from++) {
      const upgrade = upgrades.get(from);
      if (upgrade !== undefined) state = await instance[upgrade]?.(state);
    }
    return state;
  }

  private undoing(record: SagaRecord, input: StepInput, undoing: Undoing, nowMs: number): SagaRecord {
    return written(record, input, undoing, [], nowMs);
  }
}

/** The record after a step. */
function written(
  record: SagaRecord,
  { key, label }: StepInput,
  { status, commands, reason, problem, sends }: Undoing,
  sent: readonly RecordedMessage[],
  nowMs: number,
): SagaRecord {
  const outgoing = [...sent, ...sends];
  const entry: SagaHistoryEntry = {
    atMs: nowMs,
    input: label,
    sent: outgoing.map(({ message }) => message.name),
    status,
  };
  return {
    ...record,
    status,
    commands,
    reason,
    problem,
    outgoing,
    revision: record.revision + 1,
    changedAtMs: nowMs,
    seen: [...record.seen, key].slice(-MAX_SEEN),
    history: bounded([...record.history, entry]),
  };
}

function bounded(history: readonly SagaHistoryEntry[]): SagaHistoryEntry[] {
  return history.length <= MAX_HISTORY
    ? [...history]
    : [...history.slice(0, 1), ...history.slice(1 - MAX_HISTORY)];
}

/** Whether a timeout was asked for by a saga of the same id that is forgotten. */
function isOfEarlierSaga(input: StepInput, { startedAtMs }: SagaRecord): boolean {
  return input.kind === 'timeout' && input.startedAtMs !== undefined && input.startedAtMs !== startedAtMs;
}

function argumentsOf(input: StepInput): readonly unknown[] {
  switch (input.kind) {
    case 'event':
      return [input.event];
    case 'reply':
      return [input.ok ? input.value : input.error];
    case 'timeout':
    case 'operator':
      return [];
  }
}

function reasonOf({ command, ...end }: Extract<ReplyInput, { readonly ok: false }>): string {
  return `${command.name} failed: ${end.error.message}`;
}
