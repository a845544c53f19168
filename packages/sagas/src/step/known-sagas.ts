import type { VersionedSaga } from '../records/saga-records.js';
import type { StepInput } from './saga-input.js';

/** Maximum number and total size of cached sagas. */
const MAX_REMEMBERED = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

interface Known {
  readonly saga: VersionedSaga;
  readonly bytes: number;
}

/**
 * Cache of running sagas whose last step ran on this node and whose messages were all sent. Another node may have written a later version:
 * only a compare-and-set proves an entry current.
 */
export class KnownSagas {
  private readonly sagas = new Map<string, Known>();
  private bytes = 0;

  add(saga: VersionedSaga, bytes: number): void {
    const { id } = saga.record;
    this.forget(id);
    this.sagas.set(id, { saga, bytes });
    this.bytes += bytes;
    for (const oldest of this.sagas.keys()) {
      if (this.sagas.size <= MAX_REMEMBERED && this.bytes <= MAX_BYTES) return;
      this.forget(oldest);
    }
  }

  forget(id: string): void {
    const known = this.sagas.get(id);
    if (known === undefined) return;
    this.sagas.delete(id);
    this.bytes -= known.bytes;
  }

  /** Whether all messages of a step were sent. */
  hasSent(id: string, revision: number): boolean {
    return this.sagas.get(id)?.saga.record.revision === revision;
  }

  /** The cached saga whose last step sent the command of a reply: usually still current. */
  before(id: string, input: StepInput): VersionedSaga | undefined {
    if (input.kind !== 'reply') return undefined;
    const saga = this.sagas.get(id)?.saga;
    const isOfLastStep = saga?.record.outgoing.some(
      ({ message }) => message.messageId === input.command.messageId,
    );
    return isOfLastStep === true ? saga : undefined;
  }
}
