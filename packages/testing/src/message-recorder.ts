import type { EnqueueOptions, MessageConstructor, PublishOptions, SendOptions } from '@catga/core';
import type { MessageObserver } from '@catga/core/engine';

/** A recorded message with its options and method. */
export type RecordedMessage<T extends object = object> =
  | { readonly how: 'sent'; readonly message: T; readonly options: SendOptions }
  | { readonly how: 'published'; readonly message: T; readonly options: PublishOptions }
  | { readonly how: 'enqueued'; readonly message: T; readonly options: EnqueueOptions };

/** Records every message sent by callers and handlers, in order, whatever its outcome. */
export class MessageRecorder implements MessageObserver {
  private records: RecordedMessage[] = [];

  sent(message: object, options: SendOptions): void {
    this.records.push({ how: 'sent', message, options });
  }

  published(message: object, options: PublishOptions): void {
    this.records.push({ how: 'published', message, options });
  }

  enqueued(message: object, options: EnqueueOptions): void {
    this.records.push({ how: 'enqueued', message, options });
  }

  /** The records of messages of a class, or all. */
  of<T extends object>(type?: MessageConstructor<T>): readonly RecordedMessage<T>[] {
    const isOfType = (record: RecordedMessage): record is RecordedMessage<T> =>
      type === undefined || record.message instanceof type;
    return this.records.filter(isOfType);
  }

  clear(): void {
    this.records = [];
  }
}
