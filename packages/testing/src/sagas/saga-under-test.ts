import { fail } from 'node:assert/strict';
import { CatgaError, json } from '@catga/nestjs';
import { MemoryRecordStore, describeMessage } from '@catga/core/engine';
import type { CapturedMessage, CaptureOptions } from '@catga/core/engine';
import { SagaRecords, SagaStep, eventOf, hasEnded, inputKey, sagaIdOf } from '@catga/sagas/engine';
import type { SagaDefinition, SagaEvent, SagaRecord, StepInput } from '@catga/sagas/engine';
import { SagaTestInput } from './saga-test-inputs.js';

/** 2025-01-01T00:00:00Z */
const START_MS = 1_735_689_600_000;

interface Timer {
  readonly dueMs: number;
  readonly name: string;
  readonly id: string;
}

type Waiting = { readonly what: string; readonly isEvent: boolean; readonly retry: () => Promise<boolean> };

/** One saga, its clock, and its sent messages. */
export class SagaUnderTest {
  /** Commands and events of the last `when`. */
  readonly sent: object[] = [];
  record: SagaRecord | undefined;
  private nowMs = START_MS;
  private readonly serializer = json();
  private readonly step: SagaStep;
  /** All encoded messages, by id. */
  private readonly messages = new Map<string, object>();
  /** Ids of the events that came, and of the commands whose outcomes did: what is given again is a repetition. */
  private readonly ids = new Map<object, string>();
  /** So that a test finds out what no store would take. */
  private readonly records = new SagaRecords({ records: new MemoryRecordStore() });
  private version = 0;
  private readonly timers: Timer[] = [];
  private waiting: Waiting[] = [];

  constructor(
    private readonly definition: SagaDefinition,
    private readonly instance: object,
    private readonly undoSucceeds: boolean,
  ) {
    this.step = new SagaStep(definition, {
      nowMs: () => this.nowMs,
      capture: (message, options) => Promise.resolve(this.capture(message, options)),
      encode: (_what, value) => this.serializer.encode(value),
      decode: (_what, body) => this.serializer.decode(bytesOf(body)),
    });
  }

  get state(): unknown {
    return this.record && this.serializer.decode(bytesOf(this.record.state));
  }

  /** Handles an event, an outcome or passing time. */
  async take(input: object): Promise<void> {
    if (!(input instanceof SagaTestInput)) await this.takeEvent(input);
    else if (input.what.kind === 'time') await this.pass(input.what.ms);
    else
      await this.orLater(`the outcome of ${input.what.command.name}`, false, () => this.takeOutcome(input));
    await this.retryWaiting();
  }

  /** Fails if an input still waits: in a cluster it would become a dead letter or never be delivered. */
  checkNothingWaits(): void {
    const isOver = this.record !== undefined && hasEnded(this.record);
    const [first] = this.waiting.filter(({ isEvent }) => isEvent || !isOver);
    if (first?.isEvent === true) fail(`${first.what} arrived, but its saga has not started.`);
    if (first !== undefined) fail(`The saga has not sent the command of ${first.what}.`);
  }

  private async takeEvent(event: object): Promise<void> {
    const { definition } = this;
    const of = eventOf(definition, event);
    if (of === undefined) fail(`${definition.name} takes no ${event.constructor.name}.`);
    const id = sagaIdOf(definition, of, event);
    let messageId = this.ids.get(event);
    if (messageId === undefined) this.ids.set(event, (messageId = `event-${this.ids.size + 1}`));
    const key = inputKey(of.name, messageId);
    await this.orLater(of.name, true, () =>
      this.tryEvent(id, { kind: 'event', key, label: of.name, event, of }),
    );
  }

  /** Resolves with false if the saga has not started. */
  private async tryEvent(id: string, input: StepInput & { readonly of: SagaEvent }): Promise<boolean> {
    try {
      await this.handle(id, input);
      return true;
    } catch (thrown) {
      if (thrown instanceof CatgaError && thrown.code === 'CATGA_SAGA_NOT_FOUND') return false;
      throw thrown;
    }
  }

  private async takeOutcome(input: SagaTestInput): Promise<boolean> {
    const { what } = input;
    if (what.kind === 'time') return true;
    const { name } = describeMessage(what.command);
    const messageId = this.ids.get(input) ?? this.pending(name);
    const id = this.record?.id;
    if (messageId === undefined || id === undefined) return false;
    this.ids.set(input, messageId);
    const command = { name, messageId };
    const key = inputKey('outcome', messageId);
    await this.handle(
      id,
      what.kind === 'result'
        ? { kind: 'reply', key, label: `result of ${name}`, command, ok: true, value: what.value }
        : {
            kind: 'reply',
            key,
            label: `failure of ${name}`,
            command,
            ok: false,
            error: what.error,
            isRefusal: what.isRefusal,
          },
    );
    return true;
  }

  /** Id of the first pending command or undo of a name. */
  private pending(name: string): string | undefined {
    const { commands = [], status } = this.record ?? {};
    const undo = commands.at(-1)?.undo?.message;
    if (status === 'compensating' && undo?.name === name) return undo.messageId;
    return commands.find((command) => command.name === name && command.outcome === undefined)?.id;
  }

  private async handle(id: string, input: StepInput): Promise<void> {
    const { record } = this;
    if (record !== undefined && record.id !== id)
      fail(`This test is for the saga '${record.id}', but ${input.label} is for '${id}'.`);
    if (record?.seen.includes(input.key) === true) return;
    const next = await this.step.take(id, record, input, () => this.instance);
    if (next === undefined) return;
    const written = await this.records.write(next, this.version, this.definition.maxBytes);
    this.version = written?.version ?? 0;
    this.record = next;
    for (const { message, delayMs } of next.outgoing) {
      const sent =
        this.messages.get(message.messageId) ?? this.messages.get(message.messageId.replace(/\/\d+$/, ''));
      if (sent === undefined) throw new TypeError(`${message.name} was not encoded here.`);
      if (delayMs === undefined) this.sent.push(sent);
      else {
        const { timeout } = sent as unknown as { readonly timeout: string };
        this.timers.push({ dueMs: this.nowMs + delayMs, name: timeout, id: message.messageId });
      }
    }
    await this.succeedUndo();
  }

  private async succeedUndo(): Promise<void> {
    const { record } = this;
    const last = record?.commands.at(-1);
    if (!this.undoSucceeds || record?.status !== 'compensating' || last?.undo === undefined) return;
    const { name, messageId } = last.undo.message;
    if (last.undone === 0) return;
    const key = inputKey('outcome', `${messageId}/${last.undone}`);
    const command = { name, messageId };
    await this.handle(record.id, {
      kind: 'reply',
      key,
      label: `result of ${name}`,
      command,
      ok: true,
      value: undefined,
    });
  }

  private async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [timer] = this.timers
        .filter(({ dueMs }) => dueMs <= untilMs)
        .toSorted((a, b) => a.dueMs - b.dueMs);
      const id = this.record?.id;
      if (timer === undefined || id === undefined) break;
      this.timers.splice(this.timers.indexOf(timer), 1);
      this.nowMs = timer.dueMs;
      const { name } = timer;
      await this.handle(id, {
        kind: 'timeout',
        key: inputKey('timeout', timer.id),
        label: `timeout ${name}`,
        name,
      });
    }
    this.nowMs = untilMs;
  }

  private async orLater(what: string, isEvent: boolean, attempt: () => Promise<boolean>): Promise<void> {
    if (!(await attempt())) this.waiting.push({ what, isEvent, retry: attempt });
  }

  private async retryWaiting(): Promise<void> {
    for (let wasTaken = true; wasTaken;) {
      wasTaken = false;
      for (const one of this.waiting) {
        if (!(await one.retry())) continue;
        this.waiting = this.waiting.filter((other) => other !== one);
        wasTaken = true;
        break;
      }
    }
  }

  private capture(message: object, { messageId, delayMs }: CaptureOptions): CapturedMessage {
    const type = describeMessage(message.constructor as Parameters<typeof describeMessage>[0]);
    if (type.kind === 'query') fail(`${type.name} is a query: a saga sends commands.`);
    if (type.kind === 'event' && type.qos === 0)
      fail(`${type.name} is not stored: decorate it with @ReliableEvent().`);
    this.messages.set(messageId, message);
    return {
      message: {
        messageId,
        name: type.name,
        kind: type.kind,
        body: this.serializer.encode(message),
        serializer: this.serializer.name,
        headers: {},
        key: undefined,
        correlationId: messageId,
        causationId: undefined,
        originNodeId: 'test',
        sentAtMs: this.nowMs,
        history: [],
      },
      ...(delayMs !== undefined && { delayMs }),
    };
  }
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}
