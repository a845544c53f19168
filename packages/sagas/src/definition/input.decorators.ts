import type { Command, MessageConstructor, ResultOf } from '@catga/nestjs';
import type { SagaContext } from '../step/saga-context.js';
import { declareInput } from './saga-metadata.js';

type Handled = PromiseLike<void> | void;

/** Decorates a method that takes an input `I` and the context of its saga. */
export type SagaInputDecorator<I> = <S>(
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (input: I, saga: SagaContext<S>) => Handled },
) => void;

/** Decorates a method that takes the context of its saga only. */
export type SagaTimeoutDecorator = <S>(
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (saga: SagaContext<S>) => Handled },
) => void;

/** Decorates a method that makes a newer state of an older one. */
export type SagaUpgradeDecorator = (
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (old: never) => unknown },
) => void;

/**
 * Method decorator: the event starts a saga of the id that `correlate` finds in it. For an id that has started the event is ignored,
 * unless the method is decorated with {@link On} as well. The event is a reliable one.
 *
 * @example `@StartedBy(OrderPlaced, (event) => event.orderId)`
 * @publicApi
 */
export function StartedBy<E extends object>(
  event: MessageConstructor<E>,
  correlate: (event: E) => string,
): SagaInputDecorator<E> {
  // Called with instances of the class only.
  const input = { kind: 'start', event, correlate: correlate as (event: object) => string } as const;
  return (target, method) => declareInput(target, method, input);
}

/**
 * Method decorator: an event for the running saga of the id that `correlate` finds in it. For an id that has not started it is tried
 * again, as the handler options say, and then dead-lettered; for one that has ended it is ignored. The event is a reliable one.
 *
 * @example `@On(Paid, (event) => event.orderId)`
 * @publicApi
 */
export function On<E extends object>(
  event: MessageConstructor<E>,
  correlate: (event: E) => string,
): SagaInputDecorator<E> {
  const input = { kind: 'event', event, correlate: correlate as (event: object) => string } as const;
  return (target, method) => declareInput(target, method, input);
}

/**
 * Method decorator: the result of a command that the saga sent.
 *
 * @example `@OnResult(ReserveStock)`
 * @publicApi
 */
export function OnResult<C extends Command<unknown>>(
  command: MessageConstructor<C>,
): SagaInputDecorator<ResultOf<C>> {
  return (target, method) => declareInput(target, method, { kind: 'result', command });
}

/**
 * Method decorator: a command that the saga sent has failed, by an error that its handler means, or as a dead letter. Without a
 * method for it the failure compensates the saga.
 *
 * @example `@OnFailure(Charge)`
 * @publicApi
 */
export function OnFailure(command: MessageConstructor<Command<unknown>>): SagaInputDecorator<Error> {
  return (target, method) => declareInput(target, method, { kind: 'failure', command });
}

/**
 * Method decorator: a timeout that the saga asked for. It comes whatever has happened meanwhile, as long as the saga runs: the state
 * decides what it means.
 *
 * @example `@OnTimeout('payment')`
 * @publicApi
 */
export function OnTimeout(name: string): SagaTimeoutDecorator {
  return (target, method) => declareInput(target, method, { kind: 'timeout', name });
}

/**
 * Method decorator: makes a state of version `from` + 1 of a stored one of version `from`.
 *
 * @example `@UpgradeState(1)`
 * @publicApi
 */
export function UpgradeState(from: number): SagaUpgradeDecorator {
  return (target, method) => declareInput(target, method, { kind: 'upgrade', from });
}
