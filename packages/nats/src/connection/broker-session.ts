import type { CatgaError } from '@catga/core';
import { BufferBudget, nextTurn, toError } from '@catga/core/engine';
import type { EngineMonitor } from '@catga/core/engine';
import { closedError, tooLarge, unavailable } from './broker-errors.js';
import type {
  ClientMessage,
  ClientStatus,
  ClientSubscription,
  NatsClientConnection,
} from './client-connection.js';
import { HeaderBlock } from './header-block.js';
import type { EncodedHeaders } from './header-block.js';
import { KeptSubscriptions } from './kept-subscriptions.js';
import { refusalOf, rootOf } from './refusals.js';
import type { Refusal } from './refusals.js';

/** Options of a session. */
export interface SessionOptions {
  /** Maximum bytes buffered while disconnected. */
  readonly maxBufferedBytes: number;
  /** Timeout of a flush or a close, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the session closes the connection. */
  readonly ownsConnection: boolean;
  /** Callbacks for disconnects and reconnects. */
  readonly monitor?: EngineMonitor;
}

/** Options of a publish. */
export interface PublishTo {
  /** Called before a buffered payload is sent: returns the payload to send, undefined for none. */
  readonly delayed?: (payload: Uint8Array) => Uint8Array | undefined;
  readonly reply?: string;
  readonly headers?: EncodedHeaders;
}

interface Kept extends PublishTo {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/**
 * Connection with its state. The client drops messages published while it reconnects, at each attempt; so the session
 * buffers them, in order and up to a limit, until the reconnect.
 */
export class BrokerSession {
  private readonly subscriptions: KeptSubscriptions;
  private readonly refusalListeners = new Set<(refusal: Refusal) => void>();
  private readonly listeners = new Set<() => void>();
  private kept: Kept[] = [];
  private readonly budget: BufferBudget;
  /** Callbacks that end waits for the client. */
  private readonly waits = new Set<() => void>();
  private isThere = true;
  private isEnded = false;

  constructor(
    private readonly connection: NatsClientConnection,
    private readonly options: SessionOptions,
  ) {
    this.subscriptions = new KeptSubscriptions(
      connection,
      () => this.isThere,
      () => this.tellReturned(),
    );
    this.budget = new BufferBudget('NATS', options.maxBufferedBytes);
    void this.follow();
    void connection.closed().then((error) => this.closed(error));
  }

  /** Whether the client is connected. */
  get isUp(): boolean {
    return this.isThere;
  }

  get isClosed(): boolean {
    return this.isEnded || this.connection.isClosed();
  }

  /** Maximum bytes buffered while disconnected. */
  get maxBufferedBytes(): number {
    return this.options.maxBufferedBytes;
  }

  /** Maximum payload of the server, in bytes. */
  get maxPayloadBytes(): number {
    return this.connection.info?.max_payload ?? 1024 * 1024;
  }

  /** Major and minor version of the server. */
  get serverVersion(): readonly [number, number] {
    const [major = 0, minor = 0] = (this.connection.info?.version ?? '').split('.').map(Number);
    return [major, minor];
  }

  /** @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if the session is closed, or disconnected with a full buffer */
  publish(subject: string, payload: Uint8Array, to: PublishTo = {}): void {
    if (this.isClosed) throw closedError();
    if (this.isThere) return this.hand(subject, payload, to);
    this.budget.require(payload.byteLength);
    this.budget.add(payload.byteLength);
    this.kept.push({ subject, payload, ...to });
  }

  subscribe(subject: string, received: (message: ClientMessage) => void): ClientSubscription {
    if (this.isClosed) throw closedError();
    const release = this.subscriptions.add(subject, received);
    return {
      unsubscribe: () => release()?.unsubscribe(),
      drain: async () => {
        const subscription = release();
        if (subscription === undefined) return;
        // Without a connection, no message arrives either.
        if (this.isThere) await this.within(subscription.drain());
        else subscription.unsubscribe();
      },
    };
  }

  /** Why the server refuses a subscription; undefined if it does not. */
  refusalOf(subject: string): CatgaError | undefined {
    return this.subscriptions.refusalOf(subject);
  }

  /** Calls back with each refused publish and subscription. Returns a function that stops. */
  onRefusal(listener: (refusal: Refusal) => void): () => void {
    this.refusalListeners.add(listener);
    return () => void this.refusalListeners.delete(listener);
  }

  /**
   * Rejects with `CATGA_ENGINE_UNAVAILABLE` if this node may not publish to one of the subjects, or one of its
   * subscriptions is refused. The subjects must not belong to a stream.
   */
  async checkPermissions(subjects: readonly string[]): Promise<void> {
    if (!this.isThere) return; // Reported when it happens.
    const refused: CatgaError[] = [];
    const stop = this.onRefusal(({ subject, error }) => {
      if (subjects.includes(subject)) refused.push(error);
    });
    const headers = new HeaderBlock().set('Nats-Expected-Stream', 'none');
    for (const subject of subjects) this.publish(subject, new Uint8Array(0), { headers });
    await this.flush();
    await nextTurn(); // Earlier messages of the server are handled by then.
    stop();
    const error = refused[0] ?? this.subscriptions.refusal;
    if (error !== undefined) throw error;
  }

  /** Calls back after each reconnect, with subscriptions restored. Returns a function that stops. */
  onReturn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves once the server has received all publishes, or is unreachable. */
  async flush(): Promise<void> {
    if (!this.isThere || this.isClosed) return;
    await this.within(this.connection.flush());
  }

  /** Ends all subscriptions, and the connection if it is owned, each within a time limit. May be called twice. */
  async close(withinMs = this.options.timeoutMs): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    this.kept = [];
    this.listeners.clear();
    this.refusalListeners.clear();
    await this.closeConnection(withinMs);
    for (const end of this.waits) end();
  }

  private async closeConnection(withinMs: number): Promise<void> {
    const { connection } = this;
    if (connection.isClosed()) return;
    this.subscriptions.end();
    if (!this.options.ownsConnection) {
      if (this.isThere) await this.within(connection.flush(), withinMs);
      return;
    }
    if (this.isThere) await this.within(connection.drain(), withinMs / 2);
    if (!connection.isClosed()) await this.within(connection.close(), withinMs / 2);
  }

  private hand(subject: string, payload: Uint8Array, { reply, headers }: PublishTo): void {
    if (payload.byteLength > this.maxPayloadBytes) {
      throw tooLarge('A message', payload.byteLength, this.maxPayloadBytes);
    }
    try {
      // A copy: the client keeps the options object.
      this.connection.publish(subject, payload, { reply, headers });
    } catch (thrown) {
      throw unavailable('The connection to NATS refused a message.', thrown);
    }
  }

  private async follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      const { type, error, data } = status;
      const refusal = refusalOf(status);
      if (refusal !== undefined) {
        this.refused(refusal);
        continue;
      }
      if (type === 'disconnect') this.lost(serverOf(status));
      else if (type === 'reconnect') this.returned();
      else if (type === 'error' && !this.isThere)
        this.tellLost(`The server reports: ${wordsOf(error ?? data)}`);
    }
  }

  private refused(refusal: Refusal): void {
    if (this.isEnded) return;
    const { operation, subject, error } = refusal;
    if (operation === 'subscribe') {
      this.subscriptions.refused(subject, error);
      this.tellLost(error.message); // Without its reply subscription the node is as good as disconnected.
    }
    this.options.monitor?.refused(`${operation} ${rootOf(subject)}`, error);
    for (const listener of this.refusalListeners) listener(refusal);
  }

  private lost(server: string): void {
    this.isThere = false;
    this.tellLost(`The server at ${server} is disconnected or rejects the connection of this node.`);
  }

  private tellLost(reason: string): void {
    if (!this.isEnded) this.options.monitor?.lost(reason);
  }

  /** The client stopped reconnecting, or its owner closed it. */
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
    this.budget.clear();
    for (const message of kept) {
      const { subject, delayed } = message;
      const payload = delayed === undefined ? message.payload : delayed(message.payload);
      if (payload === undefined) continue;
      try {
        this.hand(subject, payload, message);
      } catch {
        // The current server has a smaller limit; the loss is handled like any other.
      }
    }
    this.tellReturned();
  }

  private tellReturned(): void {
    if (this.isEnded) return;
    for (const listener of this.listeners) listener();
    if (this.subscriptions.refusal === undefined) this.options.monitor?.restored();
  }

  /** Waits for the client, until a time limit or the session is closed. */
  private within(work: Promise<void>, timeoutMs = this.options.timeoutMs): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.waits.add(end);
      work.then(end, end);
    });
  }
}

function serverOf({ server, data }: ClientStatus): string {
  return typeof server === 'string' ? server : typeof data === 'string' ? data : 'an unknown address';
}

/** Text of a client error, without credentials. */
function wordsOf(said: unknown): string {
  const [line = ''] = toError(said).message.split('\n');
  return line.replace(/\.?$/, '.');
}
