import type { Clock } from '@catga/core/engine';
import type { BrokerRequests } from '../connection/broker-requests.js';
import { JetStreamApi } from '../jetstream/jetstream-api.js';

/** A JetStream whose servers give one answer after the other, the last of them for ever. */
export class FakeApi extends JetStreamApi {
  /** Subjects of the questions, without the prefix of the API. */
  readonly asked: string[] = [];

  constructor(clock: Clock, timeoutMs: number, answers: readonly object[]) {
    const ask = (subject: string): Promise<object> => {
      const answer = answers[Math.min(this.asked.length, answers.length - 1)];
      this.asked.push(subject.replace('$JS.API.', ''));
      return Promise.resolve({ data: new Uint8Array(0), json: () => answer });
    };
    super({ ask } as unknown as BrokerRequests, clock, timeoutMs);
  }
}
