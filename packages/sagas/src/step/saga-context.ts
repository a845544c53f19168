import type { Command } from '@catga/nestjs';

/**
 * Options of a command that a saga sends.
 *
 * @publicApi
 */
export interface SagaSendOptions {
  /**
   * Command that undoes this one. When the saga compensates it is sent, unless the command was refused; it is never sent before the
   * outcome of the command is known.
   * @defaultValue the command needs no undoing
   */
  readonly undo?: Command<unknown>;
}

/**
 * The saga that a method handles an input of. What it sends leaves after the method has ended and everything is stored, in one
 * write; nothing does if the method throws.
 *
 * @publicApi
 */
export interface SagaContext<S> {
  /** What `correlate` found in the event that started it. */
  readonly id: string;
  /** Plain data that the serializer can encode. Undefined in the first method, until that sets it. */
  state: S;
  /**
   * Queues a command. Its outcome comes to `@OnResult` or `@OnFailure`. An error that is an outcome of the command is not retried, as
   * with `mediator.send`; others are, as with `mediator.enqueue`.
   */
  send(command: Command<unknown>, options?: SagaSendOptions): void;
  /** Publishes a reliable event. */
  publish(event: object): void;
  /** Calls `@OnTimeout(name)` after so many milliseconds, at most 366 days, if the saga still runs. */
  timeout(name: string, delayMs: number): void;
  /** Undoes what was done: sends the `undo` of each command, the last one first and one at a time. Ends the saga. */
  compensate(reason: string): void;
  /** Ends the saga. */
  complete(): void;
}
