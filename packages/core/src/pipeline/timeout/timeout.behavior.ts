import type { Behavior, Next } from '../../contracts/behavior.js';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import type { CatgaError } from '../../errors/catga-error.js';
import { timeoutError } from '../../errors/message-errors.js';
import type { Timetable } from '../../time/timetable.js';

/** Timeout of one attempt; then it fails with `CATGA_TIMEOUT`. */
export class TimeoutBehavior implements Behavior {
  constructor(
    private readonly timeoutMs: number,
    private readonly timetable: Timetable,
    private readonly cancel: (context: MessageContext, reason: CatgaError) => void,
  ) {}

  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const entry = this.timetable.after(this.timeoutMs, () => {
        const error = timeoutError(envelope.name, this.timeoutMs);
        this.cancel(context, error);
        reject(error);
      });
      next()
        .finally(() => this.timetable.remove(entry))
        .then(resolve, reject);
    });
  }
}
