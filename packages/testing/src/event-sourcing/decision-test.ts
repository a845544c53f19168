import { fail } from 'node:assert';
import { toError } from '@catga/core/engine';
import type { Command, MessageContext, ResultOf } from '@catga/nestjs';
import {
  DecisionDefinition,
  StreamDefinition,
  declaredDecisionOf,
  eventId,
  evolved,
  isDecision,
  resultOf,
} from '@catga/event-sourcing/engine';
import type { Decision, IDecisionHandler } from '@catga/event-sourcing';
import { checkError } from './expected-error.js';
import type { ExpectedError } from './expected-error.js';
import { sameContent } from './same-content.js';

/** Expectations of a decision. */
export interface DecidedTest<R> {
  /** Expects exactly these decided events; compares classes and fields. Rejects with an `AssertionError`. */
  thenEvents(...events: readonly object[]): Promise<void>;
  /** Expects this result; a function of the last event's id gets its id behind the given events. Rejects with an `AssertionError`. */
  thenResult(result: R): Promise<void>;
  /** Expects the command to fail with an error of this class, or with this text in its message. Rejects with an `AssertionError`. */
  thenError(error: ExpectedError): Promise<void>;
}

/** A decision handler under test. Immutable: `given` returns a new one. */
export interface DecisionTest<C extends Command<unknown>> {
  /** Adds events to the stream, after those given before. */
  given(...events: readonly object[]): DecisionTest<C>;
  /** Decides a command. */
  when(command: C, context?: Partial<MessageContext>): DecidedTest<ResultOf<C>>;
}

/**
 * Tests a decision handler without a server, a store or Nest.
 *
 * @example
 * await decisionTest(new WithdrawHandler())
 *   .given(new Deposited(10))
 *   .when(new Withdraw('a', 3))
 *   .thenEvents(new Withdrawn(3));
 * @publicApi
 */
export function decisionTest<C extends Command<unknown>, S extends object>(
  handler: IDecisionHandler<C, S>,
): DecisionTest<C> {
  const declared = declaredDecisionOf(handler.constructor);
  if (declared === undefined)
    throw new TypeError(
      `${handler.constructor.name} is not a decision handler: decorate it with @DecisionHandler.`,
    );
  const definition = StreamDefinition.of(declared.stream);
  if (!(definition instanceof StreamDefinition)) throw new TypeError(definition.join(' '));
  return testOf(handler, new DecisionDefinition(declared, definition), []);
}

function testOf<C extends Command<unknown>, S extends object>(
  handler: IDecisionHandler<C, S>,
  definition: DecisionDefinition,
  before: readonly object[],
): DecisionTest<C> {
  return {
    given: (...events) => testOf(handler, definition, [...before, ...events]),
    when(command, context = {}) {
      const { stream } = definition;
      // The stream makes its own state.
      const decide = async (): Promise<Decision<ResultOf<C>>> =>
        handler.decide(command, evolved(stream, before) as S, context as MessageContext);
      const after = (decided: number): string =>
        eventId(definition.streamFor(command), before.length + decided);
      return new Outcome(stream, settled(decide()), after);
    },
  };
}

type Settled<R> =
  | { readonly ok: true; readonly decision: Decision<R> }
  | { readonly ok: false; readonly error: Error };

class Outcome<R> implements DecidedTest<R> {
  constructor(
    private readonly stream: StreamDefinition,
    private readonly settled: Promise<Settled<R>>,
    /** Id of the last of this number of decided events. */
    private readonly after: (decided: number) => string,
  ) {}

  async thenEvents(...expected: readonly object[]): Promise<void> {
    const { events } = await this.decision();
    for (const event of events) this.stream.eventOf(event);
    sameContent(events.map(described), expected.map(described));
  }

  async thenResult(result: R): Promise<void> {
    const decision = await this.decision();
    sameContent(resultOf(decision, this.after(decision.events.length)), result);
  }

  async thenError(expected: ExpectedError): Promise<void> {
    const settled = await this.settled;
    if (settled.ok) fail(`The command succeeded: ${JSON.stringify(settled.decision.events.map(described))}`);
    checkError(settled.error, expected);
  }

  private async decision(): Promise<Decision<R>> {
    const settled = await this.settled;
    if (settled.ok) return settled.decision;
    throw settled.error;
  }
}

function settled<R>(decided: Promise<Decision<R>>): Promise<Settled<R>> {
  return decided.then(
    (decision) =>
      isDecision(decision)
        ? { ok: true as const, decision }
        : {
            ok: false as const,
            error: new TypeError('decide did not return the result of decided(events, result).'),
          },
    (thrown: unknown) => ({ ok: false as const, error: toError(thrown) }),
  );
}

/** An event with its class name, which a comparison of fields would ignore. */
function described(event: object): readonly [string, object] {
  return [event.constructor.name, { ...event }];
}
