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
   * Instance of the saga, with its dependencies replaced by the test.
   * @defaultValue created without arguments
   */
  readonly instance?: T;
  /**
   * Whether compensating commands succeed at once. If not, the test gives their outcomes, as for other commands.
   * @defaultValue true
   */
  readonly undoSucceeds?: boolean;
}

/**
 * Tests one saga without a node: takes events, outcomes and time, and compares what the saga sends and stores. Await the whole chain; it
 * rejects with an `AssertionError`.
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

/** Chain of test steps. */
export class SagaTest implements PromiseLike<void> {
  private outcome: Promise<void> = Promise.resolve();

  constructor(private readonly saga: SagaUnderTest) {}

  /** Inputs before the test. */
  given(...inputs: readonly (object | SagaTestInput)[]): this {
    return this.when(...inputs);
  }

  /** Inputs whose messages {@link thenSends} compares. */
  when(...inputs: readonly (object | SagaTestInput)[]): this {
    return this.next(async () => {
      this.saga.sent.length = 0;
      for (const input of inputs) await this.saga.take(input);
    });
  }

  /** Expects exactly these commands and events from the last `when`, in this order; without arguments none. */
  thenSends(...messages: readonly object[]): this {
    return this.check(() => deepStrictEqual(this.saga.sent, messages));
  }

  /** Expects this stored state, or one that passes the assertions of a function. */
  thenState(expected: object | ((state: unknown) => void)): this {
    return this.check(() => {
      const { state } = this.saga;
      if (typeof expected === 'function') (expected as (state: unknown) => void)(state);
      else deepStrictEqual(state, expected);
    });
  }

  /** Expects this status, and the reason of the compensation or of being stuck. */
  thenStatus(status: SagaStatus, reason?: string): this {
    return this.check(() => {
      const { record } = this.saga;
      if (record === undefined) fail('No saga has started.');
      strictEqual(record.status, status);
      if (reason !== undefined) strictEqual(record.problem ?? record.reason, reason);
    });
  }

  /** Expects that no saga has started. */
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
  if (definition === undefined) throw misused(`${target.name} is not a saga: decorate it with @Saga.`);
  if (isDefinition(definition)) return definition;
  throw misused(`${target.name} ${definition.join('; ')}`);
}

function isDefinition(found: SagaDefinition | readonly string[]): found is SagaDefinition {
  return !Array.isArray(found);
}

function misused(problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', problem);
}
