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

  constructor(
    private readonly works: Map<string, Work>,
    private readonly key: string,
  ) {}

  ended(): Promise<void> {
    return new Promise((resolve) => void (this.waiting ??= []).push(resolve));
  }

  end(): void {
    this.works.delete(this.key);
    for (const resume of this.waiting ?? []) resume();
    this.waiting = undefined;
  }
}

/**
 * Messages in progress of one subscription at this node. A message that is redelivered before it is settled, because the
 * engine considered the node gone or lost an acknowledgement, waits for the current run.
 */
export class MessagesAtWork {
  private readonly works = new Map<string, Work>();

  /**
   * Begins the work on a message: at once, as nearly always, or after nobody here works on it any more; then undefined if it
   * has succeeded meanwhile.
   */
  begin({ name, messageId }: MessageIdentity): WorkOnMessage | Promise<WorkOnMessage | undefined> {
    // The length tells where the name ends.
    const key = `${name.length} ${name}${messageId}`;
    const other = this.works.get(key);
    return other === undefined ? this.beginNow(key) : this.beginAfter(other, key);
  }

  private beginNow(key: string): WorkOnMessage {
    const work = new Work(this.works, key);
    this.works.set(key, work);
    return work;
  }

  private async beginAfter(first: Work, key: string): Promise<WorkOnMessage | undefined> {
    for (let other: Work | undefined = first; other !== undefined; other = this.works.get(key)) {
      await other.ended();
      if (other.progress === 'succeeded') return undefined;
    }
    return this.beginNow(key);
  }
}
