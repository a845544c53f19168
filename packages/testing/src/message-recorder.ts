import type { EnqueueOptions, MessageConstructor, PublishOptions, SendOptions } from '@catga/core';
import type { MessageObserver } from '@catga/core/engine';

/** A message that was handed over, what was said about it, and how. */
export type RecordedMessage<T extends object = object> =
  | { readonly how: 'sent'; readonly message: T; readonly options: SendOptions }
  | { readonly how: 'published'; readonly message: T; readonly options: PublishOptions }
  | { readonly how: 'enqueued'; readonly message: T; readonly options: EnqueueOptions };

/** Keeps every message that callers and handlers hand over, in the order they did, whatever becomes of it. */
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

  /** The records whose message is an instance of the class; all without one. */
  of<T extends object>(type?: MessageConstructor<T>): readonly RecordedMessage<T>[] {
    const isOfType = (record: RecordedMessage): record is RecordedMessage<T> =>
      type === undefined || record.message instanceof type;
    return this.records.filter(isOfType);
  }

  clear(): void {
    this.records = [];
  }
}
