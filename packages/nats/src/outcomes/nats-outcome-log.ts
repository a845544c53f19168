import type { LoggedOutcome, NodeAddress, OutcomeLog, StoredOutcome } from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import { StreamStore } from '../jetstream/stream-store.js';
import { outcomeSubject } from '../links/node-subjects.js';
import { encodeOutcomes, findOutcomes } from './outcome-batch.js';

type Waiter = (outcome: StoredOutcome | undefined) => void;

/** Ids to look up in the next read of a subject. */
interface Search {
  readonly wanted: Map<string, Waiter[]>;
  readonly done: Promise<void>;
}

/**
 * Outcome log: one stream per namespace, a subject per node and incarnation, one message per append.
 * A look-up reads all messages of its node; concurrent look-ups share the next read.
 */
export class NatsOutcomeLog implements OutcomeLog {
  private readonly next = new Map<string, Search>();
  private readonly reading = new Map<string, Promise<void>>();

  constructor(
    private readonly namespace: string,
    private readonly store: StreamStore,
    private readonly services: ReaderServices,
  ) {}

  async append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void> {
    const maxBytes = this.services.session.maxPayloadBytes;
    await this.store.keepFor(ttlMs);
    const messages = encodeOutcomes(outcomes, maxBytes);
    const subject = outcomeSubject(this.namespace, node);
    const fitting = messages.filter(({ byteLength }) => byteLength <= maxBytes);
    await Promise.all(fitting.map((message) => this.store.store(subject, message)));
    const large = messages.find(({ byteLength }) => byteLength > maxBytes);
    if (large !== undefined) throw tooLarge('An outcome', large.byteLength, maxBytes);
  }

  async find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined> {
    const subject = outcomeSubject(this.namespace, node);
    const search = this.next.get(subject) ?? this.startAfterThis(subject);
    return new Promise((resolve, reject) => {
      const waiters = search.wanted.get(id);
      if (waiters === undefined) search.wanted.set(id, [resolve]);
      else waiters.push(resolve);
      search.done.catch(reject);
    });
  }

  private startAfterThis(subject: string): Search {
    const wanted = new Map<string, Waiter[]>();
    const before = this.reading.get(subject) ?? Promise.resolve();
    const done = before
      .catch(() => {})
      .then(async () => {
        this.next.delete(subject);
        await this.read(subject, wanted);
      });
    this.next.set(subject, { wanted, done });
    this.reading.set(subject, done);
    const forget = (): void => {
      if (this.reading.get(subject) === done) this.reading.delete(subject);
    };
    done.then(forget, forget);
    return { wanted, done };
  }

  private async read(subject: string, wanted: Map<string, Waiter[]>): Promise<void> {
    const found = new Map<string, StoredOutcome>();
    await readSubject(this.services, this.store, subject, ({ data }) =>
      findOutcomes(
        data,
        (id) => wanted.has(id),
        (id, outcome) => void found.set(id, outcome),
      ),
    );
    for (const [id, waiters] of wanted) for (const tell of waiters) tell(found.get(id));
  }
}
