import type { Command } from '@catga/nestjs';

/**
 * Options of a command that a saga sends.
 *
 * @publicApi
 */
export interface SagaSendOptions {
  /**
   * Compensating command. Sent when the saga compensates, after the outcome of the command is known, unless the command was refused.
   * @defaultValue no compensation
   */
  readonly undo?: Command<unknown>;
}

/**
 * Context of a saga's method. Messages are sent after the method has returned and state and messages are stored in one write; if the method
 * throws, nothing is stored or sent.
 *
 * @publicApi
 */
export interface SagaContext<S> {
  /** Id of the saga, as returned by `correlate` for the event that started it. */
  readonly id: string;
  /** Plain data that the serializer can encode. Undefined in the first method until set. */
  state: S;
  /**
   * Queues a command. Its outcome goes to `@OnResult` or `@OnFailure`. An error that is an outcome of the command is not retried, as with
   * `mediator.send`; others are, as with `mediator.enqueue`.
   */
  send(command: Command<unknown>, options?: SagaSendOptions): void;
  /** Publishes a reliable event. */
  publish(event: object): void;
  /** Calls `@OnTimeout(name)` after `delayMs`, at most 366 days, if the saga still runs. */
  timeout(name: string, delayMs: number): void;
  /** Compensates and ends the saga: sends the `undo` of each command in reverse order, one at a time. */
  compensate(reason: string): void;
  /** Ends the saga as completed. */
  complete(): void;
}
