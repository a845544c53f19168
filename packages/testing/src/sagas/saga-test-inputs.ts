import type { Command, MessageConstructor, ResultOf } from '@catga/nestjs';

/** Something that happens to a saga under test, besides events. */
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
 * The result of a command that the saga has sent.
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
 * A command that the saga has sent was refused: it had no effect, and is not undone.
 *
 * @publicApi
 */
export function refusalOf(command: MessageConstructor<Command<unknown>>, error: Error): SagaTestInput {
  return new SagaTestInput({ kind: 'failure', command, error, isRefusal: true });
}

/**
 * A command that the saga has sent has become a dead letter: it may have had an effect, and is undone.
 *
 * @publicApi
 */
export function deadLetterOf(command: MessageConstructor<Command<unknown>>, error: Error): SagaTestInput {
  return new SagaTestInput({ kind: 'failure', command, error, isRefusal: false });
}

/**
 * So many milliseconds pass: timeouts that fall due come.
 *
 * @example `later(minutes(15))`
 * @publicApi
 */
export function later(ms: number): SagaTestInput {
  return new SagaTestInput({ kind: 'time', ms });
}
