import { CatgaError } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import { isInfrastructureFailure, toError } from '@catga/core/engine';
import type { NodeSteps, StepStore } from '@catga/core/engine';
import type { SagaDefinition } from '../definition/saga-definition.js';
import { hasEnded } from '../records/saga-record.js';
import type { RecordedMessage, SagaRecord } from '../records/saga-record.js';
import type { SagaRecords, VersionedSaga } from '../records/saga-records.js';
import { EndedSagas } from './ended-sagas.js';
import { KnownSagas } from './known-sagas.js';
import { noCounts } from './saga-counts.js';
import type { MutableCounts } from './saga-counts.js';
import { isForNow, isLaterState } from './for-now.js';
import type { StepInput } from './saga-input.js';
import { SagaLines } from './saga-lines.js';
import type { SignalClass } from './saga-signal.js';
import { SagaStep } from './saga-step.js';

/** Conflicts of one input before it is given back to the log; not counted as an attempt. */
const MAX_TRIES = 20;
/** Conflicts that are retried without a pause. */
const TRIES_AT_ONCE = 3;
const LONGEST_PAUSE_MS = 200;

/** Result of handling an input. */
type StepEnd = 'taken' | 'ignored' | 'repeated';

/** One attempt at a step, with the records before and after it. */
interface Attempt {
  readonly end: StepEnd | 'conflict';
  readonly before?: SagaRecord;
  readonly after?: SagaRecord;
}

/** Rolls back a transaction after a conflict. */
class RolledBack extends Error {}

/** Provides an instance of the class for one attempt. */
export type InstanceFor = (input: object, context: MessageContext) => object | Promise<object>;

/**
 * Runs the steps of one saga class: load the record, call the method, write everything by one compare-and-set, send, acknowledge the input.
 * After a crash the input is redelivered; if it was already handled, only its messages are sent again.
 */
export class SagaRunner {
  readonly counts: MutableCounts = noCounts();
  private readonly lines = new SagaLines();
  private readonly known = new KnownSagas();
  private readonly ended: EndedSagas;

  constructor(
    readonly definition: SagaDefinition,
    private readonly node: NodeSteps,
    private readonly place: StepStore,
    private readonly records: SagaRecords,
    private readonly instanceFor: InstanceFor,
    private readonly signal: SignalClass,
  ) {
    this.ended = new EndedSagas(definition, node, records);
  }

  /** Handles an input that the log delivered. */
  async handle(id: string, input: StepInput, message: object, context: MessageContext): Promise<void> {
    const instance = (): object | Promise<object> => this.instanceFor(message, context);
    const end = await this.lines.run(id, () => this.run(id, input, instance, context));
    if (end === 'ignored' || end === 'repeated') this.counts[end] += 1;
  }

  /** Applies an operator's action. Resolves with whether the status of the saga allowed it. */
  async operate(id: string, input: StepInput): Promise<boolean> {
    const noInstance = (): never => {
      throw new TypeError('An operator action calls no method.');
    };
    // Not in line: a method of the saga may be who decides, and waits for it.
    return (await this.run(id, input, noInstance, undefined)) === 'taken';
  }

  /** Until nobody else has written meanwhile. */
  private async run(
    id: string,
    input: StepInput,
    instance: () => object | Promise<object>,
    context: MessageContext | undefined,
  ): Promise<StepEnd> {
    for (let tries = 1; ; tries++) {
      const { end, before, after } = await this.attempt(id, input, instance, context);
      if (after !== undefined) this.count(before, after);
      if (end !== 'conflict') return end;
      this.counts.conflicts += 1;
      if (tries === MAX_TRIES) throw this.refused(context, this.conflict(id));
      if (tries > TRIES_AT_ONCE) await this.pause(tries);
    }
  }

  /** Runs a step, in a transaction if the store has them; a conflict rolls it back. */
  private async attempt(
    id: string,
    input: StepInput,
    instance: () => object | Promise<object>,
    context: MessageContext | undefined,
  ): Promise<Attempt> {
    const { place } = this;
    let ofMethod: unknown;
    const step = async (): Promise<Attempt> => {
      const attempted = await this.step(id, input, instance, context, (thrown) => (ofMethod = thrown));
      if (attempted.end === 'conflict' && place.inTransaction !== undefined) throw new RolledBack();
      return attempted;
    };
    try {
      return await (place.inTransaction?.(step) ?? step());
    } catch (thrown) {
      if (thrown instanceof RolledBack) return { end: 'conflict' };
      throw thrown === ofMethod && !isLaterState(thrown) ? thrown : this.failure(context, thrown);
    }
  }

  /** Starts from the cached record if there is one, which saves a read; otherwise, or if it was stale, from the stored one. */
  private async step(
    id: string,
    input: StepInput,
    instance: () => object | Promise<object>,
    context: MessageContext | undefined,
    onFailure: (thrown: unknown) => void,
  ): Promise<Attempt> {
    const from = (stored: VersionedSaga | undefined): Promise<Attempt> =>
      this.stepFrom(stored, id, input, instance, context, onFailure);
    const assumed = this.assumed(id, input, context);
    const assumption = assumed && (await settled(from(assumed.stored)));
    if (assumption?.ok === true && assumption.value.end === 'taken') return assumption.value;
    const stored = await this.records.read(this.definition.name, id);
    if (assumption === undefined) return from(stored);
    if (stored?.version !== assumed?.stored?.version) {
      this.known.forget(id);
      this.counts.conflicts += 1;
      return from(stored);
    }
    if (assumption.ok) return assumption.value;
    throw assumption.thrown;
  }

  /** The record this node assumes to be stored; undefined if it has to be read, as always in a transaction. */
  private assumed(
    id: string,
    input: StepInput,
    context: MessageContext | undefined,
  ): { readonly stored: VersionedSaga | undefined } | undefined {
    if (this.place.inTransaction !== undefined) return undefined;
    const known = this.known.before(id, input);
    if (known !== undefined) return { stored: known };
    const isNew =
      input.kind === 'event' &&
      input.of.start !== undefined &&
      input.of.on === undefined &&
      context?.attempt === 1;
    return isNew ? { stored: undefined } : undefined;
  }

  private async stepFrom(
    stored: VersionedSaga | undefined,
    id: string,
    input: StepInput,
    instance: () => object | Promise<object>,
    context: MessageContext | undefined,
    onFailure: (thrown: unknown) => void,
  ): Promise<Attempt> {
    const { definition, records, place } = this;
    const before = stored?.record;
    if (before?.seen.includes(input.key) === true) {
      await this.send(before, true);
      return { end: 'repeated' };
    }
    const next = await this.stepFor(context)
      .take(id, before, input, instance)
      .catch((thrown: unknown) => {
        onFailure(thrown);
        throw thrown;
      });
    if (next === undefined) {
      // What was decided before may be stored, and what it led to not sent; and no input may come that sends it.
      if (input.kind === 'operator' && before !== undefined && !hasEnded(before))
        await this.sendLeftOver(before, input);
      return { end: 'ignored' };
    }
    if (before !== undefined) await this.sendLeftOver(before, input);
    // Messages sent in the transaction of the write are never sent again.
    const after = place.inTransaction === undefined ? next : { ...next, outgoing: [] };
    const written = await records.write(after, stored?.version ?? 0, definition.maxBytes);
    if (written === undefined) return { end: 'conflict' };
    await this.send(next, false);
    const { version, bytes } = written;
    if (hasEnded(after)) this.known.forget(id);
    else this.known.add({ record: after, version }, bytes);
    return { end: 'taken', ...(before && { before }), after };
  }

  private stepFor(context: MessageContext | undefined): SagaStep {
    const { node, definition, signal } = this;
    return new SagaStep(
      definition,
      {
        nowMs: () => node.clock.now(),
        capture: (message, options) => node.capture(message, options, context),
        encode: (what, value) => node.encode(what, value),
        decode: (what, body) => node.decode(what, body),
      },
      signal,
    );
  }

  /**
   * Sends the messages of a record's step. Commands go last: a reply to one proves that the other messages are stored.
   * @param isRepeated whether it may have been sent before
   */
  private async send(record: SagaRecord, isRepeated: boolean): Promise<void> {
    const { outgoing } = record;
    const append = (messages: readonly RecordedMessage[]): Promise<unknown> =>
      Promise.all(messages.map((message) => this.node.append(message, isRepeated)));
    await append(outgoing.filter((one) => !isCommand(one)));
    await append(outgoing.filter(isCommand));
  }

  /** Sends messages of the previous step that its node may not have sent before it died; the next record drops them. */
  private async sendLeftOver(record: SagaRecord, input: StepInput): Promise<void> {
    const { id, revision, outgoing } = record;
    if (outgoing.length === 0 || this.known.hasSent(id, revision)) return;
    const replied = input.kind === 'reply' ? input.command.messageId : undefined;
    const isProven = outgoing.some(({ message }) => message.messageId === replied);
    const left = outgoing.filter((one) => !isProven || (isCommand(one) && one.message.messageId !== replied));
    await this.send({ ...record, outgoing: left }, true);
  }

  private count(before: SagaRecord | undefined, { status }: SagaRecord): void {
    const {
      counts,
      node,
      definition: { name: saga },
    } = this;
    if (before === undefined) {
      counts.started += 1;
      node.sagaChanged({ saga, status: 'started' });
    }
    if (before?.status === status || status === 'running') return;
    node.sagaChanged({ saga, status });
    if (status === 'compensating') return;
    counts[status] += 1;
    if (status !== 'stuck') this.ended.add();
  }

  /** An unavailable store or log, or a state that needs newer code, is not a failure of the input: it is given back. */
  private failure(context: MessageContext | undefined, thrown: unknown): unknown {
    if (isForNow(thrown) || isLaterState(thrown)) return this.refused(context, thrown);
    if (
      thrown instanceof CatgaError ||
      this.place.inTransaction === undefined ||
      !isInfrastructureFailure(thrown)
    )
      return thrown;
    const { name: saga } = this.definition;
    const text = `The database of the saga ${saga} is unavailable: ${toError(thrown).message}`;
    return this.refused(
      context,
      new CatgaError('CATGA_DATABASE_UNAVAILABLE', text, { details: { saga }, cause: thrown }),
    );
  }

  /** Gives the input back to the log without counting an attempt. */
  private refused(context: MessageContext | undefined, error: CatgaError): CatgaError {
    return context === undefined ? error : this.node.refuse(context, error);
  }

  private pause(tries: number): Promise<void> {
    const pauseMs = Math.random() * Math.min(2 ** tries, LONGEST_PAUSE_MS);
    return new Promise((resolve) => void this.node.clock.setTimer(pauseMs, resolve));
  }

  private conflict(id: string): CatgaError {
    const { name: saga } = this.definition;
    return new CatgaError(
      'CATGA_CONFLICT',
      `The saga ${saga} '${id}' had ${MAX_TRIES} conflicting writes in a row.`,
      {
        details: { saga, id, retryAfterMs: LONGEST_PAUSE_MS },
      },
    );
  }
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown };

function settled<T>(outcome: Promise<T>): Promise<Settled<T>> {
  return outcome.then(
    (value) => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  );
}

/** Whether a message is a command sent by the saga's method, not an event or a timeout. */
function isCommand({ message, delayMs }: RecordedMessage): boolean {
  return message.kind === 'command' && delayMs === undefined;
}
