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

/** After so many conflicts of one input it goes back to the log, without an attempt. */
const MAX_TRIES = 20;
/** Conflicts that are tried again at once. */
const TRIES_AT_ONCE = 3;
const LONGEST_PAUSE_MS = 200;

/** What became of an input. */
type StepEnd = 'taken' | 'ignored' | 'repeated';

/** A try at a step, and the records around it. */
interface Attempt {
  readonly end: StepEnd | 'conflict';
  readonly before?: SagaRecord;
  readonly after?: SagaRecord;
}

/** Ends a transaction in which the record was not written. */
class RolledBack extends Error {}

/** An instance of the class, for one try of one input. */
export type InstanceFor = (input: object, context: MessageContext) => object | Promise<object>;

/**
 * Takes the inputs of one saga class through their steps: load, handle, write everything by one compare-and-set, send, and only then
 * is the input acknowledged. A crash anywhere brings the input back: one that is known already only sends again what it led to.
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

  /** Handles an input that a message of the log is. */
  async handle(id: string, input: StepInput, message: object, context: MessageContext): Promise<void> {
    const instance = (): object | Promise<object> => this.instanceFor(message, context);
    const end = await this.lines.run(id, () => this.run(id, input, instance, context));
    if (end === 'ignored' || end === 'repeated') this.counts[end] += 1;
  }

  /** What somebody decided. Resolves with whether the saga was in a state to be told so. */
  async operate(id: string, input: StepInput): Promise<boolean> {
    const noInstance = (): never => {
      throw new TypeError('No method handles what an operator decides.');
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

  /** A step, in a transaction if the store has them: it is rolled back after a conflict. */
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

  /** From what this node takes for the record, where that saves reading it; else, and where that was wrong, from the stored one. */
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

  /** Undefined where nothing is assumed. A transaction reads what it writes. */
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
    // What is sent in the transaction of the write need not be sent again.
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
   * Sends what the step of a record led to. Commands go last: a reply to one of them shows that all the rest is stored.
   * @param isRepeated whether it may have been sent before
   */
  private async send(record: SagaRecord, isRepeated: boolean): Promise<void> {
    const { outgoing } = record;
    const append = (messages: readonly RecordedMessage[]): Promise<unknown> =>
      Promise.all(messages.map((message) => this.node.append(message, isRepeated)));
    await append(outgoing.filter((one) => !isCommand(one)));
    await append(outgoing.filter(isCommand));
  }

  /** What the step before may not have sent, because its node died: the next record forgets it. */
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

  /** A store or a log that is away is no failure of the input; and another node may have the newer code that it needs. */
  private failure(context: MessageContext | undefined, thrown: unknown): unknown {
    if (isForNow(thrown) || isLaterState(thrown)) return this.refused(context, thrown);
    if (
      thrown instanceof CatgaError ||
      this.place.inTransaction === undefined ||
      !isInfrastructureFailure(thrown)
    )
      return thrown;
    const { name: saga } = this.definition;
    const text = `The database of the saga ${saga} is away: ${toError(thrown).message}`;
    return this.refused(
      context,
      new CatgaError('CATGA_DATABASE_UNAVAILABLE', text, { details: { saga }, cause: thrown }),
    );
  }

  /** The input goes back to the log, and this was no attempt at it. */
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
      `The saga ${saga} '${id}' was written by others ${MAX_TRIES} times in a row.`,
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

/** Whether a message is a command of the saga's author, as opposed to an event or a timeout. */
function isCommand({ message, delayMs }: RecordedMessage): boolean {
  return message.kind === 'command' && delayMs === undefined;
}
