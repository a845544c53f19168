import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { PeerSettings } from '../../processes/peers/peer.js';
import { monotonicMs } from '../../processes/sides/monotonic.js';

interface Notice {
  readonly id: number;
  readonly handledMs: number;
}

const subjectOf = (namespace: string): string => `${namespace}.handled`;

/** Tells the requesting process what was handled and when, on a connection of its own. */
export class HandledNotices {
  private readonly waiting = new Map<number, (handledMs: number) => void>();

  private constructor(private readonly connection: NatsConnection) {}

  static async listen({ url, namespace }: PeerSettings): Promise<HandledNotices> {
    const connection = await connect({ servers: url });
    const notices = new HandledNotices(connection);
    connection.subscribe(subjectOf(namespace), {
      callback: (_error, message) => notices.take(message.json<Notice>()),
    });
    await connection.flush();
    return notices;
  }

  /** When the message is handled. */
  of(id: number): Promise<number> {
    return new Promise((resolve) => void this.waiting.set(id, resolve));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private take({ id, handledMs }: Notice): void {
    this.waiting.get(id)?.(handledMs);
    this.waiting.delete(id);
  }
}

/** What a handler calls. */
export interface Notifier {
  handled(id: number): void;
  close(): Promise<void>;
}

export async function notifier({ url, namespace }: PeerSettings): Promise<Notifier> {
  const connection = await connect({ servers: url });
  return {
    handled(id) {
      const notice: Notice = { id, handledMs: monotonicMs() };
      connection.publish(subjectOf(namespace), JSON.stringify(notice));
    },
    close: () => connection.close(),
  };
}
