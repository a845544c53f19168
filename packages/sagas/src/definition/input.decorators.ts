import type { Command, MessageConstructor, ResultOf } from '@catga/nestjs';
import type { SagaContext } from '../step/saga-context.js';
import { declareInput } from './saga-metadata.js';

type Handled = PromiseLike<void> | void;

/** Decorator of a method that takes an input `I` and the context of its saga. */
export type SagaInputDecorator<I> = <S>(
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (input: I, saga: SagaContext<S>) => Handled },
) => void;

/** Decorator of a method that takes the context of its saga only. */
export type SagaTimeoutDecorator = <S>(
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (saga: SagaContext<S>) => Handled },
) => void;

/** Decorator of a method that upgrades a stored state. */
export type SagaUpgradeDecorator = (
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (old: never) => unknown },
) => void;

/**
 * Method decorator: the event starts the saga whose id `correlate` returns. It is ignored if that saga has started, unless the method
 * also has {@link On}. The event must be reliable.
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
 * Method decorator: handles an event of the running saga whose id `correlate` returns. If that saga has not started, the event is retried
 * by `maxAttempts` and `backoff` of `@Saga`, then dead-lettered; if it has ended, the event is ignored. The event must be reliable.
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
 * Method decorator: handles the result of a command that the saga sent.
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
 * Method decorator: handles the failure of a command that the saga sent: an error that is an outcome, or a dead letter. Without it the
 * failure compensates the saga.
 *
 * @example `@OnFailure(Charge)`
 * @publicApi
 */
export function OnFailure(command: MessageConstructor<Command<unknown>>): SagaInputDecorator<Error> {
  return (target, method) => declareInput(target, method, { kind: 'failure', command });
}

/**
 * Method decorator: handles a timeout that the saga requested. A timeout cannot be cancelled while the saga runs: check the state.
 *
 * @example `@OnTimeout('payment')`
 * @publicApi
 */
export function OnTimeout(name: string): SagaTimeoutDecorator {
  return (target, method) => declareInput(target, method, { kind: 'timeout', name });
}

/**
 * Method decorator: upgrades a stored state from version `from` to `from` + 1.
 *
 * @example `@UpgradeState(1)`
 * @publicApi
 */
export function UpgradeState(from: number): SagaUpgradeDecorator {
  return (target, method) => declareInput(target, method, { kind: 'upgrade', from });
}
