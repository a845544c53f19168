import { Inject, Optional } from '@nestjs/common';
import { RequestHandler, needsHandlerSource } from '@catga/nestjs';
import type {
  Command,
  MessageConstructor,
  MessageContext,
  RequestHandlerOptions,
  ResultOf,
} from '@catga/nestjs';
import type { Decision } from '../deciding/decision.js';
import type { EventStreamClass } from './event-stream.decorator.js';

/**
 * Handler that decides a command from the state of its stream. Must have no side effects, because it may be called again.
 *
 * @publicApi
 */
export interface IDecisionHandler<C extends Command<unknown>, S extends object> {
  decide(
    command: C,
    state: S,
    context: MessageContext,
  ): PromiseLike<Decision<ResultOf<C>>> | Decision<ResultOf<C>>;
}

/**
 * Options of a decision handler. The inherited ones apply to queued commands.
 *
 * @publicApi
 */
export interface DecisionHandlerOptions<C extends object, S extends object> extends RequestHandlerOptions {
  /** Class of the stream, with `@EventStream`. */
  readonly stream: EventStreamClass<S>;
  /** Id of the stream that a command is for. */
  readonly id: (command: C) => string | number | bigint;
  /**
   * Maximum number of times a command is decided when others append to its stream concurrently; then `CATGA_CONFLICT`.
   * @defaultValue 20
   */
  readonly maxDecisions?: number;
}

/** A decision handler of any command. */
export type AnyDecisionHandler = Pick<IDecisionHandler<never, never>, 'decide'>;

/** Runs decisions; injected into the classes with {@link DecisionHandler}. */
export abstract class DecisionHost {
  abstract run(
    declared: DeclaredDecision,
    handler: AnyDecisionHandler,
    command: object,
    context: MessageContext,
  ): Promise<unknown>;
}

export const DECISION_DECORATOR = '@DecisionHandler';

/** Property that holds the {@link DecisionHost} of an instance. */
const HOST = 'catgaDecisions';
const OPTIONS = 'catga:decision-handler';

/** Declaration of a decision handler. */
export interface DeclaredDecision {
  readonly stream: EventStreamClass;
  readonly id: (command: object) => unknown;
  readonly maxDecisions: number | undefined;
}

/**
 * Class decorator: the handler of a command that is decided from the events of a stream. The class has the method
 * `decide(command, state, context)`, which returns `decided(events, result)` or throws. The events are appended if the stream has not
 * changed, else the command is decided again. A command repeated under its id gets the same result and appends nothing.
 *
 * @example `@DecisionHandler(Withdraw, { stream: Account, id: (command) => command.accountId })`
 * @publicApi
 */
export function DecisionHandler<C extends Command<unknown>, S extends object>(
  command: MessageConstructor<C>,
  options: DecisionHandlerOptions<C, S>,
): (target: abstract new (...dependencies: never[]) => IDecisionHandler<C, S>) => void {
  const { stream, id, maxDecisions, ...handlerOptions } = options;
  // Only called with commands of the class.
  const declared: DeclaredDecision = { stream, id: id as (command: object) => unknown, maxDecisions };
  return (target) => {
    const prototype = target.prototype as object;
    Reflect.defineMetadata(OPTIONS, declared, target);
    // `needsHandlerSource` reports a missing module.
    Optional()(prototype, HOST);
    Inject(DecisionHost)(prototype, HOST);
    Object.defineProperty(prototype, 'handle', { value: handle, configurable: true, writable: true });
    needsHandlerSource(target, { decorator: DECISION_DECORATOR, module: 'CatgaEventSourcingModule' });
    RequestHandler(command, handlerOptions)(target as Handling<C, S>);
  };
}

type Hosted = AnyDecisionHandler & { readonly [HOST]: DecisionHost };

/** A class to which the method `handle` was added. */
type Handling<C extends Command<unknown>, S extends object> = abstract new (
  ...dependencies: never[]
) => IDecisionHandler<C, S> & {
  handle(command: C, context: MessageContext): Promise<ResultOf<C>>;
};

function handle(this: Hosted, command: object, context: MessageContext): Promise<unknown> {
  const declared = declaredDecisionOf(this.constructor);
  if (declared === undefined) throw new TypeError('A decision handler without its options.');
  return this[HOST].run(declared, this, command, context);
}

/** Options of {@link DecisionHandler} of a class or one of its base classes. */
export function declaredDecisionOf(target: object): DeclaredDecision | undefined {
  return Reflect.getMetadata(OPTIONS, target) as DeclaredDecision | undefined;
}
