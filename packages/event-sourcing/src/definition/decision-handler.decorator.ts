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
 * What decides a command from the state of its stream. No effects: they would be repeated with the decision.
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
 * Options of a decision handler. Those of a request handler are for queued commands.
 *
 * @publicApi
 */
export interface DecisionHandlerOptions<C extends object, S extends object> extends RequestHandlerOptions {
  /** Class of the stream, with `@EventStream`. */
  readonly stream: EventStreamClass<S>;
  /** Which stream of its kind a command is for: its id. */
  readonly id: (command: C) => string | number | bigint;
  /**
   * How often a command is decided when others append to its stream meanwhile, each time on the events that are there then;
   * after that `CATGA_CONFLICT`.
   * @defaultValue 20
   */
  readonly maxDecisions?: number;
}

/** A decision handler, whatever its command. */
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

/** Property of an instance that has its {@link DecisionHost}. */
const HOST = 'catgaDecisions';
const OPTIONS = 'catga:decision-handler';

/** A decision handler, as it is declared. */
export interface DeclaredDecision {
  readonly stream: EventStreamClass;
  readonly id: (command: object) => unknown;
  readonly maxDecisions: number | undefined;
}

/**
 * Class decorator: the handler of a command that is decided from the events of a stream. The class has the method
 * `decide(command, state, context)`, which returns `decided(events, result)` or throws. The events are appended if nobody has
 * appended to the stream meanwhile, else it is decided again. A command that comes again under its id has its result again,
 * and appends nothing.
 *
 * @example `@DecisionHandler(Withdraw, { stream: Account, id: (command) => command.accountId })`
 * @publicApi
 */
export function DecisionHandler<C extends Command<unknown>, S extends object>(
  command: MessageConstructor<C>,
  options: DecisionHandlerOptions<C, S>,
): (target: abstract new (...dependencies: never[]) => IDecisionHandler<C, S>) => void {
  const { stream, id, maxDecisions, ...handlerOptions } = options;
  // Called with commands of the class only.
  const declared: DeclaredDecision = { stream, id: id as (command: object) => unknown, maxDecisions };
  return (target) => {
    const prototype = target.prototype as object;
    Reflect.defineMetadata(OPTIONS, declared, target);
    // Where the module is missing, the application is told by `needsHandlerSource`.
    Optional()(prototype, HOST);
    Inject(DecisionHost)(prototype, HOST);
    Object.defineProperty(prototype, 'handle', { value: handle, configurable: true, writable: true });
    needsHandlerSource(target, { decorator: DECISION_DECORATOR, module: 'CatgaEventSourcingModule' });
    RequestHandler(command, handlerOptions)(target as Handling<C, S>);
  };
}

type Hosted = AnyDecisionHandler & { readonly [HOST]: DecisionHost };

/** A class that has the method `handle` now. */
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

/** What {@link DecisionHandler} said of a class or one of its base classes. */
export function declaredDecisionOf(target: object): DeclaredDecision | undefined {
  return Reflect.getMetadata(OPTIONS, target) as DeclaredDecision | undefined;
}
