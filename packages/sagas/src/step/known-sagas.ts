import type { VersionedSaga } from '../records/saga-records.js';
import type { StepInput } from './saga-input.js';

/** How many sagas a node remembers, and of how many bytes together. */
const MAX_REMEMBERED = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

interface Known {
  readonly saga: VersionedSaga;
  readonly bytes: number;
}

/**
 * Running sagas whose last step was taken by this node, which knows to have sent all that it led to. Another node may have taken a
 * later one meanwhile: what is known here is true only if a compare-and-set says so.
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

  /** Whether all that a step led to is sent. */
  hasSent(id: string, revision: number): boolean {
    return this.sagas.get(id)?.saga.record.revision === revision;
  }

  /** The saga that sent the command of a reply in its last known step: as a rule nothing has happened to it since. */
  before(id: string, input: StepInput): VersionedSaga | undefined {
    if (input.kind !== 'reply') return undefined;
    const saga = this.sagas.get(id)?.saga;
    const isOfLastStep = saga?.record.outgoing.some(
      ({ message }) => message.messageId === input.command.messageId,
    );
    return isOfLastStep === true ? saga : undefined;
  }
}
