import { BriefMap } from '../ids/brief-map.js';
import type { MessageIdentity } from '../ports/stored-message.js';

/** A message between its delivery and the confirmation that it is settled. */
export interface WorkOnMessage {
  /** How far it is: nobody tried it, it was tried, or it succeeded and only the engine does not know yet. */
  progress: 'untried' | 'tried' | 'succeeded';
  end(): void;
}

class Work implements WorkOnMessage {
  progress: WorkOnMessage['progress'] = 'untried';
  private waiting: (() => void)[] | undefined;

  /** @param next a message of another name with the same id */
  constructor(
    private readonly works: BriefMap<Work>,
    readonly name: string,
    private readonly messageId: string,
    public next: Work | undefined,
  ) {}

  ended(): Promise<void> {
    return new Promise((resolve) => void (this.waiting ??= []).push(resolve));
  }

  end(): void {
    this.leave();
    for (const resume of this.waiting ?? []) resume();
    this.waiting = undefined;
  }

  private leave(): void {
    const { works, messageId, next } = this;
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
  private readonly works = new BriefMap<Work>();

  /**
   * Begins the work on a message: at once, as nearly always, or after nobody here works on it any more; then undefined if it
   * has succeeded meanwhile.
   */
  begin(message: MessageIdentity): WorkOnMessage | Promise<WorkOnMessage | undefined> {
    const ofId = this.works.get(message.messageId);
    if (ofId === undefined) return this.beginNow(message, undefined);
    const other = ofName(ofId, message.name);
    return other === undefined ? this.beginNow(message, ofId) : this.beginAfter(other, message);
  }

  private beginNow({ name, messageId }: MessageIdentity, next: Work | undefined): WorkOnMessage {
    const work = new Work(this.works, name, messageId, next);
    this.works.set(messageId, work);
    return work;
  }

  private async beginAfter(first: Work, message: MessageIdentity): Promise<WorkOnMessage | undefined> {
    let ofId: Work | undefined;
    for (let other: Work | undefined = first; other !== undefined; other = ofName(ofId, message.name)) {
      await other.ended();
      if (other.progress === 'succeeded') return undefined;
      ofId = this.works.get(message.messageId);
    }
    return this.beginNow(message, ofId);
  }
}

function ofName(first: Work | undefined, name: string): Work | undefined {
  let work = first;
  while (work !== undefined && work.name !== name) work = work.next;
  return work;
}
