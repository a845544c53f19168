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
  /** Whether it is still to be sent once the broker is back. */
  readonly isWanted?: () => boolean;
  readonly reply?: string;
  readonly headers?: EncodedHeaders;
}

interface Kept extends PublishTo {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/**
 * A connection and whether the broker is there. The client forgets what is published while it reconnects, each time it
 * dials; so that is kept here, in order and within a bound, until the broker is back.
 */
export class BrokerSession {
  private readonly subscriptions: KeptSubscriptions;
  private readonly refusalListeners = new Set<(refusal: Refusal) => void>();
  private readonly listeners = new Set<() => void>();
  private kept: Kept[] = [];
  private readonly budget: BufferBudget;
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
        // Where the server cannot be told, nothing comes from it either.
        if (this.isThere) await this.within(subscription.drain());
        else subscription.unsubscribe();
      },
    };
  }

  /** Why the server does not let this node listen on a subject; undefined if it does. */
  refusalOf(subject: string): CatgaError | undefined {
    return this.subscriptions.refusalOf(subject);
  }

  /** Tells of each publish and each subscription that the server refuses. Returns how to stop. */
  onRefusal(listener: (refusal: Refusal) => void): () => void {
    this.refusalListeners.add(listener);
    return () => void this.refusalListeners.delete(listener);
  }

  /**
   * Rejects with `CATGA_ENGINE_UNAVAILABLE` if this node may not publish to one of some subjects, or not listen to what it
   * has subscribed to. What it publishes is stored by no stream.
   */
  async checkPermissions(subjects: readonly string[]): Promise<void> {
    if (!this.isThere) return; // Told when it happens.
    const refused: CatgaError[] = [];
    const stop = this.onRefusal(({ subject, error }) => {
      if (subjects.includes(subject)) refused.push(error);
    });
    const headers = new HeaderBlock().set('Nats-Expected-Stream', 'none');
    for (const subject of subjects) this.publish(subject, new Uint8Array(0), { headers });
    await this.flush();
    await nextTurn(); // What the server said before its answer is told by then.
    stop();
    const error = refused[0] ?? this.subscriptions.refusal;
    if (error !== undefined) throw error;
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

  /** Ends all subscriptions, and the connection if it is ours: each within so many milliseconds. May be called twice. */
  async close(withinMs = this.options.timeoutMs): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    this.kept = [];
    this.listeners.clear();
    this.refusalListeners.clear();
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
      // Made anew: a client keeps the options of a call as its own.
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
      else if (type === 'error' && !this.isThere) this.tellLost(`The server says: ${wordsOf(error ?? data)}`);
    }
  }

  private refused(refusal: Refusal): void {
    if (this.isEnded) return;
    const { operation, subject, error } = refusal;
    if (operation === 'subscribe') {
      this.subscriptions.refused(subject, error);
      this.tellLost(error.message); // A node that does not hear what it asks for is as good as away.
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
    this.budget.clear();
    for (const message of kept) {
      if (message.isWanted?.() === false) continue;
      try {
        this.hand(message.subject, message.payload, message);
      } catch {
        // The server that is there now takes less; whoever waits for an answer hears nothing, as of any loss.
      }
    }
    this.tellReturned();
  }

  private tellReturned(): void {
    if (this.isEnded) return;
    for (const listener of this.listeners) listener();
    if (this.subscriptions.refusal === undefined) this.options.monitor?.restored();
  }

  private async within(work: Promise<void>, timeoutMs = this.options.timeoutMs): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
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
