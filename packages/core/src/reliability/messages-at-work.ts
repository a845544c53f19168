import type { CatgaError } from '../errors/catga-error.js';
import { BriefMap } from '../ids/brief-map.js';
import type { DeliveryHandling } from '../ports/durable-log.js';
import type { MessageIdentity } from '../ports/stored-message.js';

/** A message between its delivery and the confirmation that it is settled. */
export class WorkOnMessage implements DeliveryHandling {
  /** How far it is: nobody tried it, it was tried, or it succeeded and only the engine does not know yet. */
  progress: 'untried' | 'tried' | 'succeeded' = 'untried';
  /** Its handler, told when another node has the message. */
  handler: DeliveryHandling | undefined;
  /** A message of another name with the same id. */
  next: WorkOnMessage | undefined;
  private isKnown = false;
  private hasEnded = false;
  private waiting: (() => void)[] | undefined;

  constructor(
    private readonly works: BriefMap<WorkOnMessage>,
    private readonly message: MessageIdentity,
  ) {}

  get name(): string {
    return this.message.name;
  }

  /** From now on the message may come again. */
  lost(reason: CatgaError | undefined): void {
    this.makeKnown();
    this.handler?.lost(reason);
  }

  /** Lets the message, if it comes again, wait for this work. */
  makeKnown(): void {
    if (this.isKnown || this.hasEnded) return;
    this.isKnown = true;
    const { works, message } = this;
    this.next = works.get(message.messageId);
    works.set(message.messageId, this);
  }

  ended(): Promise<void> {
    return new Promise((resolve) => void (this.waiting ??= []).push(resolve));
  }

  end(): void {
    this.hasEnded = true;
    if (this.isKnown) this.leave();
    for (const resume of this.waiting ?? []) resume();
    this.waiting = undefined;
  }

  private leave(): void {
    const { works, next } = this;
    const { messageId } = this.message;
    let before = works.get(messageId);
    if (before === this) {
      if (next === undefined) works.delete(messageId);
      else works.set(messageId, next);
      return;
    }
    while (before !== undefined && before.next !== this) before = before.next;
    if (before !== undefined) before.next = next;
  }
}

/**
 * Messages in progress of one subscription at this node. A message that is redelivered before it is settled, because the
 * engine considered the node gone or lost an acknowledgement, waits for the current run.
 */
export class MessagesAtWork {
  /** By id alone, which nearly always tells them apart: a text that is put together of two would have to be hashed anew. */
  private readonly works = new BriefMap<WorkOnMessage>();

  /**
   * Begins the work on a message: at once, as nearly always, or after nobody here works on it any more; then undefined if it
   * has succeeded meanwhile.
   *
   * @param comesOnce whether it does not come again before its delivery is lost
   */
  begin(message: MessageIdentity, comesOnce = false): WorkOnMessage | Promise<WorkOnMessage | undefined> {
    const other = this.of(message);
    return other === undefined
      ? this.beginNow(message, comesOnce)
      : this.beginAfter(other, message, comesOnce);
  }

  private beginNow(message: MessageIdentity, comesOnce: boolean): WorkOnMessage {
    const work = new WorkOnMessage(this.works, message);
    if (!comesOnce) work.makeKnown();
    return work;
  }

  private async beginAfter(
    first: WorkOnMessage,
    message: MessageIdentity,
    comesOnce: boolean,
  ): Promise<WorkOnMessage | undefined> {
    for (let other: WorkOnMessage | undefined = first; other !== undefined; other = this.of(message)) {
      await other.ended();
      if (other.progress === 'succeeded') return undefined;
    }
    return this.beginNow(message, comesOnce);
  }

  private of({ name, messageId }: MessageIdentity): WorkOnMessage | undefined {
    // Without a look at the id, whose hash would have to be computed.
    if (this.works.size === 0) return undefined;
    let work = this.works.get(messageId);
    while (work !== undefined && work.name !== name) work = work.next;
    return work;
  }
}
