import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage } from '../connection/client-connection.js';

/** A session without a connection: a test sees what is published, and answers when it wants. */
export class FakeSession {
  isUp = true;
  readonly maxBufferedBytes = 400;
  readonly asked: { readonly subject: string; readonly reply: string }[] = [];
  private received: (message: ClientMessage) => void = () => {};
  private returned: () => void = () => {};

  /** @param onPublish called with each publish */
  constructor(private readonly onPublish: () => void = () => {}) {}

  get asSession(): BrokerSession {
    return this as unknown as BrokerSession;
  }

  publish(subject: string, _payload: Uint8Array, { reply = '' }: { reply?: string }): void {
    this.asked.push({ subject, reply });
    this.onPublish();
  }

  subscribe(_subject: string, received: (message: ClientMessage) => void): { unsubscribe(): void } {
    this.received = received;
    return { unsubscribe: () => {} };
  }

  onRefusal(): () => void {
    return () => {};
  }

  refusalOf(): undefined {
    return undefined;
  }

  onReturn(listener: () => void): () => void {
    this.returned = listener;
    return () => {};
  }

  /** Answers the question of this number. */
  answer(index: number, body: object, code = 0): void {
    const data = code === 0 ? new TextEncoder().encode(JSON.stringify(body)) : new Uint8Array();
    const headers = { code, get: () => '' };
    const subject = this.asked[index]?.reply ?? '';
    this.received({ subject, data, headers, json: () => body as never });
  }

  goAway(): void {
    this.isUp = false;
  }

  comeBack(): void {
    this.isUp = true;
    this.returned();
  }
}
