import { deepStrictEqual, fail, strictEqual } from 'node:assert/strict';
import { CatgaError } from '@catga/nestjs';
import type { SagaStatus } from '@catga/sagas';
import { sagaDefinitionOf } from '@catga/sagas/engine';
import type { SagaClass, SagaDefinition } from '@catga/sagas/engine';
import { SagaTestInput } from './saga-test-inputs.js';
import { SagaUnderTest } from './saga-under-test.js';

/**
 * Options of {@link sagaTest}.
 *
 * @publicApi
 */
export interface SagaTestOptions<T extends object> {
  /**
   * The saga, with what it injects replaced by the test.
   * @defaultValue made without arguments
   */
  readonly instance?: T;
  /**
   * Whether commands that undo others succeed at once. If not, the test says how they end, as of other commands.
   * @defaultValue true
   */
  readonly undoSucceeds?: boolean;
}

/**
 * Test of one saga, without a node: events, outcomes and time are given to it, and what it sends and stores is compared. Await the whole
 * chain; it rejects with an `AssertionError`.
 *
 * The same event or outcome, given again as the same object, is the same message that comes again. An event that comes before the start, and an outcome that
 * comes before its command, wait, as they do in a cluster.
 *
 * @example `await sagaTest(Fulfilment).given(placed).when(resultOf(ReserveStock, shelf)).thenSends(new Charge('o1')).thenStatus('running')`
 * @publicApi
 */
export function sagaTest<T extends object>(target: SagaClass<T>, options: SagaTestOptions<T> = {}): SagaTest {
  const { instance = new (target as new () => T)(), undoSucceeds = true } = options;
  const saga = new SagaUnderTest(definitionOf(target), instance, undoSucceeds);
  return new SagaTest(saga);
}

/** Steps of a test, one after another. */
export class SagaTest implements PromiseLike<void> {
  private outcome: Promise<void> = Promise.resolve();

  constructor(private readonly saga: SagaUnderTest) {}

  /** What happened before. */
  given(...inputs: readonly (object | SagaTestInput)[]): this {
    return this.when(...inputs);
  }

  /** What happens; {@link thenSends} compares what it leads to. */
  when(...inputs: readonly (object | SagaTestInput)[]): this {
    return this.next(async () => {
      this.saga.sent.length = 0;
      for (const input of inputs) await this.saga.take(input);
    });
  }

  /** Exactly these commands and events were sent by what happened last, in this order; none without arguments. */
  thenSends(...messages: readonly object[]): this {
    return this.check(() => deepStrictEqual(this.saga.sent, messages));
  }

  /** The stored state is this, or passes what the function asserts of it. */
  thenState(expected: object | ((state: unknown) => void)): this {
    return this.check(() => {
      const { state } = this.saga;
      if (typeof expected === 'function') (expected as (state: unknown) => void)(state);
      else deepStrictEqual(state, expected);
    });
  }

  /** The saga has this status; it compensates for this reason, or is stuck because of it. */
  thenStatus(status: SagaStatus, reason?: string): this {
    return this.check(() => {
      const { record } = this.saga;
      if (record === undefined) fail('No saga has started.');
      strictEqual(record.status, status);
      if (reason !== undefined) strictEqual(record.problem ?? record.reason, reason);
    });
  }

  /** No saga has started. */
  thenNothing(): this {
    return this.next(() => strictEqual(this.saga.record, undefined));
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the chain is awaited as a whole
  then<A = void, B = never>(
    resolved?: ((value: void) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.outcome.then(resolved, rejected);
  }

  private check(assertion: () => void): this {
    return this.next(() => {
      this.saga.checkNothingWaits();
      assertion();
    });
  }

  private next(step: () => void | Promise<void>): this {
    this.outcome = this.outcome.then(step);
    return this;
  }
}

function definitionOf(target: SagaClass): SagaDefinition {
  const definition = sagaDefinitionOf(target);
  if (definition === undefined) throw misused(`${target.name} is no saga: decorate it with @Saga.`);
  if (isDefinition(definition)) return definition;
  throw misused(`${target.name} ${definition.join('; ')}`);
}

function isDefinition(found: SagaDefinition | readonly string[]): found is SagaDefinition {
  return !Array.isArray(found);
}

function misused(problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', problem);
}
