import { toError } from '@catga/core/engine';
import type { EngineMonitor } from '@catga/core/engine';
import { closedError, tooLarge, unavailable } from './broker-errors.js';
import type {
  ClientMessage,
  ClientStatus,
  ClientSubscription,
  NatsClientConnection,
} from './client-connection.js';
import type { EncodedHeaders } from './header-block.js';

/** How a session treats its connection. */
export interface SessionOptions {
  /** How many bytes are kept while the broker is away. */
  readonly maxBufferedBytes: number;
  /** How long a flush or a goodbye may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the connection ends with the session. */
  readonly ownsConnection: boolean;
  /** Told when the broker is lost, and when it is back. */
  readonly monitor?: EngineMonitor;
}

/** Where a message goes beside its subject. */
export interface PublishTo {
  readonly reply?: string;
  readonly headers?: EncodedHeaders;
}

interface Kept extends PublishTo {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** Counted for each kept message beside its payload. */
const OVERHEAD_BYTES = 128;

/**
 * A connection and whether the broker is there. The client forgets what is published while it reconnects, each time it
 * dials; so that is kept here, in order and within a bound, until the broker is back.
 */
export class BrokerSession {
  private readonly subscriptions = new Set<ClientSubscription>();
  private readonly listeners = new Set<() => void>();
  private kept: Kept[] = [];
  private keptBytes = 0;
  private isThere = true;
  private isEnded = false;

  constructor(
    private readonly connection: NatsClientConnection,
    private readonly options: SessionOptions,
  ) {
    void this.follow();
    void connection.closed().then((error) => this.closed(error));
  }

  /** Whether the broker is there, as far as the client knows. */
  get isUp(): boolean {
    return this.isThere;
  }

  get isClosed(): boolean {
    return this.isEnded || this.connection.isClosed();
  }

  /** How many bytes may be kept while the broker is away. */
  get maxBufferedBytes(): number {
    return this.options.maxBufferedBytes;
  }

  /** The largest payload the server takes, in bytes. */
  get maxPayloadBytes(): number {
    return this.connection.info?.max_payload ?? 1024 * 1024;
  }

  /** Major and minor version of the server. */
  get serverVersion(): readonly [number, number] {
    const [major = 0, minor = 0] = (this.connection.info?.version ?? '').split('.').map(Number);
    return [major, minor];
  }

  /** `CATGA_ENGINE_UNAVAILABLE` if the session is closed, or the broker away and too much kept already. */
  publish(subject: string, payload: Uint8Array, to: PublishTo = {}): void {
    if (this.isClosed) throw closedError();
    if (this.isThere) return this.hand(subject, payload, to);
    const bytes = payload.byteLength + OVERHEAD_BYTES;
    if (this.keptBytes + bytes > this.options.maxBufferedBytes) {
      throw unavailable(`NATS is away, and ${this.keptBytes} bytes wait for it already.`);
    }
    this.keptBytes += bytes;
    this.kept.push({ subject, payload, ...to });
  }

  subscribe(subject: string, received: (message: ClientMessage) => void): ClientSubscription {
    if (this.isClosed) throw closedError();
    const subscription = this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) received(message);
      },
    });
    this.subscriptions.add(subscription);
    return {
      unsubscribe: () => {
        if (this.subscriptions.delete(subscription) && !this.connection.isClosed())
          subscription.unsubscribe();
      },
      drain: async () => {
        if (!this.subscriptions.delete(subscription) || this.connection.isClosed()) return;
        // Where the server cannot be told, nothing comes from it either.
        if (this.isThere) await this.within(subscription.drain());
        else subscription.unsubscribe();
      },
    };
  }

  /** Calls back each time the broker is back, after the subscriptions are made again. Returns how to stop. */
  onReturn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves once the server has what was published, or cannot be reached. */
  async flush(): Promise<void> {
    if (!this.isThere || this.isClosed) return;
    await this.within(this.connection.flush());
  }

  /** Ends all subscriptions, and the connection if it is ours. May be called twice. */
  async close(): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    this.kept = [];
    this.listeners.clear();
    const { connection } = this;
    if (connection.isClosed()) return;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    if (!this.options.ownsConnection) return this.within(connection.flush());
    if (this.isThere) await this.within(connection.drain());
    if (!connection.isClosed()) await connection.close();
  }

  private hand(subject: string, payload: Uint8Array, { reply, headers }: PublishTo): void {
    if (payload.byteLength > this.maxPayloadBytes) {
      throw tooLarge('A message', payload.byteLength, this.maxPayloadBytes);
    }
    try {
      // Made anew: a client keeps the options of a call as its own.
      this.connection.publish(subject, payload, { reply, headers });
    } catch (thrown) {
      throw unavailable('NATS does not take a message.', thrown);
    }
  }

  private async follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      const { type, error, data } = status;
      if (type === 'disconnect') this.lost(serverOf(status));
      else if (type === 'reconnect') this.returned();
      else if (type === 'error' && !this.isThere) this.tellLost(`The server says: ${wordsOf(error ?? data)}`);
    }
  }

  private lost(server: string): void {
    this.isThere = false;
    this.tellLost(`The server at ${server} is gone, or does not let this node in.`);
  }

  private tellLost(reason: string): void {
    if (!this.isEnded) this.options.monitor?.lost(reason);
  }

  /** The client has given up, or its owner has closed it. */
  private closed(error: unknown): void {
    if (this.isEnded) return;
    const reason = error instanceof Error ? wordsOf(error) : 'It was closed in this process.';
    this.options.monitor?.closed(reason);
  }

  private returned(): void {
    if (this.isEnded) return;
    this.isThere = true;
    const { kept } = this;
    this.kept = [];
    this.keptBytes = 0;
    for (const message of kept) {
      try {
        this.hand(message.subject, message.payload, message);
      } catch {
        // The server that is there now takes less; whoever waits for an answer hears nothing, as of any loss.
      }
    }
    for (const listener of this.listeners) listener();
    this.options.monitor?.restored();
  }

  private async within(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.options.timeoutMs)));
    await Promise.race([work.catch(() => {}), expired]);
    clearTimeout(timer);
  }
}

function serverOf({ server, data }: ClientStatus): string {
  return typeof server === 'string' ? server : typeof data === 'string' ? data : 'an unknown address';
}

/** A sentence of what the client says, which names no credentials. */
function wordsOf(said: unknown): string {
  const [line = ''] = toError(said).message.split('\n');
  return line.replace(/\.?$/, '.');
}
