import type { CatgaNode, MessageContext } from '@catga/nestjs';
import type { StepPlace, StepStore } from '@catga/core/engine';
import { sagaDefinitionOf } from './definition/saga-definition.js';
import type { SagaClass, SagaDefinition } from './definition/saga-definition.js';
import { SagaCensus } from './records/saga-census.js';
import { SagaRecords } from './records/saga-records.js';
import { eventOf, sagaIdOf } from './step/saga-events.js';
import type { StepInput } from './step/saga-input.js';
import { inputKey } from './step/saga-input.js';
import { SagaRunner } from './step/saga-runner.js';
import type { InstanceFor } from './step/saga-runner.js';
import { isTimeout, signalClassOf, signalName } from './step/saga-signal.js';
import type { SignalFields } from './step/saga-signal.js';

/** Default of `concurrency`, by store. */
const CONCURRENCY: Readonly<Record<StepPlace, number>> = { engine: 128, outbox: 16 };

/** Saga class that a node runs. */
export interface ProvidedSaga {
  readonly target: SagaClass;
  readonly instanceFor: InstanceFor;
  /** Module that provides it, for error texts. */
  readonly location: string;
}

/** Sagas of a node: registers their handlers before the node starts. */
export class SagaHost {
  readonly records: SagaRecords;
  readonly runners = new Map<string, SagaRunner>();
  private readonly locations = new Map<string, string>();
  private readonly censuses: SagaCensus[] = [];

  /**
   * @param node called when the application starts
   * @param store store of the records
   */
  constructor(
    private readonly node: () => CatgaNode,
    private readonly store: StepPlace = 'engine',
  ) {
    const host = (): StepStore => this.place;
    this.records = new SagaRecords({
      get records() {
        return host().records;
      },
    });
  }

  /** Returns the problems of the class; if there are any, no handlers are registered. */
  add({ target, instanceFor, location }: ProvidedSaga): readonly string[] {
    const definition = sagaDefinitionOf(target);
    if (definition === undefined) return [];
    const where = `${target.name} (${location})`;
    if (isProblems(definition)) return definition.map((problem) => `${where} ${problem}`);
    const { name } = definition;
    const node = this.node();
    if (this.store === 'outbox' && node.options.outbox?.capabilities.keepsRecords !== true)
      return [
        `${where} uses store 'outbox', and the outbox of the node does not store records: set the option outbox, for example to sqlOutbox() of @catga/sql.`,
      ];
    const namesake = this.locations.get(name);
    if (namesake !== undefined)
      return [
        `Two sagas are named '${name}', ${namesake} and ${where}: give one of them another name, or provide it once.`,
      ];
    this.locations.set(name, where);
    this.censuses.push(new SagaCensus(name, this.records, this.steps.clock));
    this.steps.countSagasBy(() => Promise.all(this.censuses.map((census) => census.read())));
    const signal = signalClassOf(name);
    const runner = new SagaRunner(definition, this.steps, this.place, this.records, instanceFor, signal);
    this.runners.set(name, runner);
    const { concurrency = CONCURRENCY[this.store], maxAttempts, backoff, startFrom } = definition;
    const options = {
      name,
      location: where,
      concurrency,
      ...(maxAttempts !== undefined && { maxAttempts }),
      ...(backoff !== undefined && { backoff }),
    };
    node.handleEvent([...definition.events.keys()], (event, context) => takeEvent(runner, event, context), {
      ...options,
      ...(startFrom !== undefined && { startFrom }),
    });
    node.handleRequest(signal, (message, context) => this.takeSignal(runner, message, context), options);
    return [];
  }

  private takeSignal(runner: SagaRunner, message: object, context: MessageContext): Promise<void> {
    const signal = message as SignalFields;
    const key = inputKey(signalName(runner.definition.name), context.messageId);
    const id = SagaRecords.checkId(runner.definition.name, signal.reference);
    return runner.handle(id, this.inputOf(signal, key), message, context);
  }

  private get place(): StepStore {
    return this.steps.storeIn(this.store);
  }

  /** Parts of the node. */
  get steps(): CatgaNode['steps'] {
    return this.node().steps;
  }

  private inputOf(signal: SignalFields, key: string): StepInput {
    if (isTimeout(signal)) {
      const { timeout: name, startedAtMs } = signal;
      return { kind: 'timeout', key, label: `timeout ${name}`, name, startedAtMs };
    }
    const { command } = signal;
    if (signal.ok)
      return {
        kind: 'reply',
        key,
        label: `result of ${command.name}`,
        command,
        ok: true,
        value: signal.value,
      };
    const { isRefusal } = signal;
    const error = this.steps.decodeError(signal.error);
    return { kind: 'reply', key, label: `failure of ${command.name}`, command, ok: false, error, isRefusal };
  }
}

function takeEvent(runner: SagaRunner, event: object, context: MessageContext): Promise<void> {
  const { definition } = runner;
  const of = eventOf(definition, event);
  if (of === undefined) throw new TypeError(`The saga ${definition.name} takes no such event.`);
  const id = sagaIdOf(definition, of, event);
  const key = inputKey(context.name, context.messageId);
  return runner.handle(id, { kind: 'event', key, label: of.name, event, of }, event, context);
}

function isProblems(found: SagaDefinition | readonly string[]): found is readonly string[] {
  return Array.isArray(found);
}
