import { Observable, Subscription, filter } from 'rxjs';
import type { ICommand, IEvent } from '../contracts/messages.js';
import type { ISaga } from '../contracts/publishers.js';
import { InvalidSagaException } from '../exceptions/exceptions.js';

/** Effects of a saga. */
export interface SagaHost {
  execute(command: ICommand): Promise<unknown>;
  sagaFailed(error: unknown): void;
  commandFailed(command: ICommand, error: unknown): void;
}

/**
 * Subscribes a saga and executes its commands. A failed saga is reported and subscribed again, so that it misses no later event; one that
 * fails during subscription ends.
 */
export function followSaga<EventBase extends IEvent>(
  saga: ISaga<EventBase>,
  events$: Observable<EventBase>,
  host: SagaHost,
): Subscription {
  if (typeof saga !== 'function') throw new InvalidSagaException();
  const stream$: unknown = saga(events$);
  if (!(stream$ instanceof Observable)) throw new InvalidSagaException();
  const commands$ = (stream$ as Observable<ICommand | null | undefined>).pipe(filter((command) => !!command));
  const whole = new Subscription();
  const follow = (): void => {
    let isSubscribing = true;
    const part = commands$.subscribe({
      next: (command) => void execute(command, host),
      error: (error: unknown) => {
        host.sagaFailed(error);
        if (!isSubscribing && !whole.closed) follow();
      },
    });
    isSubscribing = false;
    whole.add(part);
  };
  follow();
  return whole;
}

async function execute(command: ICommand, host: SagaHost): Promise<void> {
  try {
    await host.execute(command);
  } catch (thrown) {
    host.commandFailed(command, thrown);
  }
}
