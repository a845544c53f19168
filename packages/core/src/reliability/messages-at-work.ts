import { joinedKey } from '../ids/joined-key.js';
import type { MessageIdentity } from '../ports/stored-message.js';

/** A message between its delivery and the confirmation that it is settled. */
export interface WorkOnMessage {
  /** How far it is: nobody tried it, it was tried, or it succeeded and only the engine does not know yet. */
  progress: 'untried' | 'tried' | 'succeeded';
  end(): void;
}

class Work implements WorkOnMessage {
  progress: WorkOnMessage['progress'] = 'untried';
  private waiting: (() => void)[] = [];

  constructor(private readonly onEnd: () => void) {}

  ended(): Promise<void> {
    return new Promise((resolve) => void this.waiting.push(resolve));
  }

  end(): void {
    this.onEnd();
    for (const resume of this.waiting.splice(0)) resume();
  }
}

/**
 * Messages in progress of one subscription at this node. A message that is redelivered before it is settled, because the
 * engine considered the node gone or lost an acknowledgement, waits for the current run.
 */
export class MessagesAtWork {
  private readonly works = new Map<string, Work>();

  /** Begins the work on a message once nobody here works on it; undefined if it has succeeded meanwhile. */
  async begin({ name, messageId }: MessageIdentity): Promise<WorkOnMessage | undefined> {
    const key = joinedKey(name, messageId);
    for (let other = this.works.get(key); other !== undefined; other = this.works.get(key)) {
      await other.ended();
      if (other.progress === 'succeeded') return undefined;
    }
    const work = new Work(() => void this.works.delete(key));
    this.works.set(key, work);
    return work;
  }
}
