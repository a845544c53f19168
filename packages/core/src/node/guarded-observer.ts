import type { EnqueueOptions, PublishOptions, SendOptions } from '../contracts/send-options.js';
import { callUserCode } from '../errors/user-code.js';
import type { MessageObserver } from './node-services.js';

/** An observer whose failures are reported, and are no affair of the message that it is told of. */
export class GuardedObserver implements MessageObserver {
  constructor(
    private readonly observer: MessageObserver,
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  sent(request: object, options: SendOptions): void {
    callUserCode(() => this.observer.sent(request, options), this.onFailure);
  }

  published(event: object, options: PublishOptions): void {
    callUserCode(() => this.observer.published(event, options), this.onFailure);
  }

  enqueued(command: object, options: EnqueueOptions): void {
    callUserCode(() => this.observer.enqueued(command, options), this.onFailure);
  }
}
