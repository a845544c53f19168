import type { Command, MessageConstructor, ResultOf } from '@catga/nestjs';

/** Input of a saga under test other than an event. */
export class SagaTestInput {
  constructor(
    readonly what:
      | { readonly kind: 'result'; readonly command: MessageConstructor; readonly value: unknown }
      | {
          readonly kind: 'failure';
          readonly command: MessageConstructor;
          readonly error: Error;
          readonly isRefusal: boolean;
        }
      | { readonly kind: 'time'; readonly ms: number },
  ) {}
}

/**
 * Input: the result of a command that the saga has sent.
 *
 * @example `resultOf(ReserveStock, { shelf: 'A1' })`
 * @publicApi
 */
export function resultOf<C extends Command<unknown>>(
  command: MessageConstructor<C>,
  ...[value]: undefined extends ResultOf<C> ? [value?: ResultOf<C>] : [value: ResultOf<C>]
): SagaTestInput {
  return new SagaTestInput({ kind: 'result', command, value });
}

/**
 * Input: a command that the saga has sent was refused, had no effect, and is not undone.
 *
 * @publicApi
 */
export function refusalOf(command: MessageConstructor<Command<unknown>>, error: Error): SagaTestInput {
  return new SagaTestInput({ kind: 'failure', command, error, isRefusal: true });
}

/**
 * Input: a command that the saga has sent became a dead letter, may have had an effect, and is undone.
 *
 * @publicApi
 */
export function deadLetterOf(command: MessageConstructor<Command<unknown>>, error: Error): SagaTestInput {
  return new SagaTestInput({ kind: 'failure', command, error, isRefusal: false });
}

/**
 * Input: time passes, in milliseconds, and due timeouts fire.
 *
 * @example `later(minutes(15))`
 * @publicApi
 */
export function later(ms: number): SagaTestInput {
  return new SagaTestInput({ kind: 'time', ms });
}
