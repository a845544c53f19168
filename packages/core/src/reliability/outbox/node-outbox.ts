import { CatgaError, toError } from '../../errors/catga-error.js';
import type { AppendOptions } from '../../ports/durable-log.js';
import type { HandlerTransactions } from '../../ports/handler-transactions.js';
import type {
  Outbox,
  OutboxCounts,
  OutboxEntry,
  OutboxMessage,
  OutboxStore,
  TransactionalOutboxStore,
} from '../../ports/outbox-store.js';
import type { PagedRecordStore } from '../../ports/record-store.js';
import type { LogMessage } from '../../ports/stored-message.js';
import { outsideOfCallers } from '../../time/outside.js';
import { bodyBytes } from '../../wire/codec.js';
import { failureOf } from '../failure-sink.js';
import type { OutboxAccess } from './catga-outbox.js';
import { CommittedRelay } from './committed-relay.js';
import { OutboxBacklog } from './outbox-backlog.js';
import { OutboxRelay } from './outbox-relay.js';
import type { OutgoingLog, OutgoingOptions } from './outgoing-log.js';
import type { RelayServices } from './relay-services.js';

/** A store of this node alone: it is used while the engine is away. */
interface OwnStore {
  readonly isTransactional: false;
  readonly store: OutboxStore;
  readonly relay: OutboxRelay;
}

/** A store that the application's transactions write to. */
interface SharedStore {
  readonly isTransactional: true;
  readonly store: TransactionalOutboxStore;
  readonly relay: CommittedRelay;
}

/**
 * Log with an outbox: messages of a transaction, messages that the engine cannot accept, and those that follow waiting
 * ones, are stored, and a relay sends them to the engine in order.
 */
export class NodeOutbox implements OutgoingLog {
  private readonly backlog = new OutboxBacklog();
  private opened: OwnStore | SharedStore | undefined;
  private isStarted = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly services: RelayServices,
    private readonly resolve: (token: unknown) => unknown,
  ) {}

  /** For the API; undefined while the node is not running. */
  get access(): OutboxAccess | undefined {
    const { opened } = this;
    return opened && { store: opened.store, add: (message) => this.addOutside(message) };
  }

  /** Whether the relay sends messages now. */
  get isBusy(): boolean {
    return this.opened?.relay.isBusy === true;
  }

  /** Transactions for handlers. Throws `CATGA_SHUTTING_DOWN` while the outbox is not open. */
  transactions(): HandlerTransactions {
    return this.transactional;
  }

  /** Records in its database. Throws `CATGA_SHUTTING_DOWN` while the outbox is not open, `CATGA_UNSUPPORTED` if it keeps none. */
  get records(): PagedRecordStore {
    const { records } = this.transactional;
    if (records !== undefined) return records;
    throw new CatgaError('CATGA_UNSUPPORTED', `The outbox '${this.outbox.name}' keeps no records.`);
  }

  private get transactional(): TransactionalOutboxStore & HandlerTransactions {
    const { opened, outbox } = this;
    if (opened === undefined)
      throw new CatgaError('CATGA_SHUTTING_DOWN', `The outbox '${outbox.name}' is not open.`);
    return opened.store as TransactionalOutboxStore & HandlerTransactions;
  }

  /** Opens the store. Waiting messages of an earlier run are sent first. */
  async open(namespace: string): Promise<void> {
    const { outbox, services, backlog } = this;
    const { nodeId } = services;
    const committed = (entries: readonly OutboxEntry[]): void =>
      outsideOfCallers(() => this.committed(entries));
    const { resolve } = this;
    const known = (key: string): readonly string[] => this.known(key);
    const store = await outbox.open({ namespace, nodeId, committed, known, resolve });
    if (outbox.capabilities.isTransactional) {
      const shared = store as TransactionalOutboxStore;
      this.opened = { isTransactional: true, store: shared, relay: new CommittedRelay(shared, services) };
    } else {
      this.opened = { isTransactional: false, store, relay: new OutboxRelay(store, backlog, services) };
      if ((await store.count()).waiting > 0) backlog.assume();
    }
  }

  /** The engine is back: what waits is sent now. */
  retryNow(): void {
    this.opened?.relay.retryNow();
  }

  /** Starts the relay. */
  start(): void {
    this.isStarted = true;
    const { opened } = this;
    if (opened?.isTransactional === true) opened.relay.start();
    else opened?.relay.wake();
  }

  /**
   * Resolves once the message is part of the transaction of its publisher; outside of one, once it is stored by the
   * engine, or, if that is away or others wait, by the outbox.
   */
  async append(message: LogMessage, options: OutgoingOptions = {}): Promise<{ readonly duplicate: boolean }> {
    const { opened } = this;
    const { delayMs, transaction } = options;
    const log = this.services.log();
    if (options.subscription !== undefined) return log.append(message, options);
    const isShared = opened?.isTransactional === true;
    if (isShared && (transaction !== undefined || opened.store.isInTransaction))
      return this.keep(toOutbox(message, delayMs), undefined, transaction);
    if (isShared ? opened.relay.mustWait(message.key) : this.backlog.exists)
      return this.keep(toOutbox(message, delayMs));
    try {
      return await log.append(message, this.optionsOf(options));
    } catch (thrown) {
      if (!isAway(thrown)) throw thrown;
      if (isShared) opened.relay.fallBehind(toError(thrown));
      return this.keep(toOutbox(message, delayMs), thrown);
    }
  }

  /** Sends what waits, until it is empty or, where nothing is lost by stopping, until the engine turns out to be away. */
  async flush(): Promise<void> {
    const { opened } = this;
    if (!this.isStarted || opened === undefined) return;
    if (!opened.isTransactional && !this.backlog.exists) return;
    await opened.relay.emptied(this.outbox.capabilities.isLasting);
  }

  /** Stops the relay. */
  stop(): void {
    this.opened?.relay.stop();
  }

  /** Lets go of the store, after the engine: what is under way has ended then. Says what is left in it. */
  async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    if (opened === undefined) return;
    opened.relay.stop();
    try {
      await opened.relay.ended();
      this.sayWhatIsLeft(await opened.store.count());
      await opened.store.close();
    } catch (thrown) {
      // The node stops all the same; a lasting store is as after a crash.
      this.services.failures.report(failureOf('outbox', thrown));
    }
  }

  /**
   * A message of a lasting outbox may be sent again by another process, which does not know the frame it was stored in: it
   * is stored under its own id.
   */
  private optionsOf(options: AppendOptions): AppendOptions {
    return options.isFresh === true && this.outbox.capabilities.isLasting
      ? { ...options, isFresh: false }
      : options;
  }

  private sayWhatIsLeft({ waiting }: OutboxCounts): void {
    const { outbox, services } = this;
    if (waiting === 0) return;
    const { isLasting, isTransactional } = outbox.capabilities;
    if (isLasting)
      services.logger.log(
        `${waiting} messages remain in the outbox until ${isTransactional ? 'a node sends them' : 'the node restarts'}.`,
      );
    else services.logger.warn(`${waiting} messages in the outbox were not sent and are lost.`);
  }

  /** Adds a message outside of the caller's transaction. */
  private addOutside(message: OutboxMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      outsideOfCallers(() => void this.keep(message).then(() => resolve(), reject));
    });
  }

  private known(key: string): readonly string[] {
    const { opened } = this;
    return opened?.isTransactional === true ? opened.relay.known(key) : [];
  }

  private committed(entries: readonly OutboxEntry[]): void {
    const { opened } = this;
    if (opened?.isTransactional === true) opened.relay.committed(entries);
  }

  private async keep(
    waiting: OutboxMessage,
    cause?: unknown,
    transaction?: unknown,
  ): Promise<{ readonly duplicate: boolean }> {
    const { opened } = this;
    if (opened === undefined) throw notOpenError(cause);
    try {
      if (opened.isTransactional) await opened.store.add([waiting], transaction);
      else await this.backlog.grow(() => opened.store.add([waiting]));
    } catch (thrown) {
      throw toUnkeptError(thrown);
    } finally {
      if (this.isStarted && !opened.isTransactional) opened.relay.wake();
    }
    return { duplicate: false };
  }
}

/** What is stored is bytes. */
function toOutbox(message: LogMessage, delayMs: number | undefined): OutboxMessage {
  return { message: { ...message, body: bodyBytes(message.body) }, delayMs };
}

/** Whether the engine may take the message later. It is not known whether it has taken it already. */
function isAway(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_ENGINE_UNAVAILABLE';
}

function notOpenError(cause: unknown): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The outbox is not open.', { cause });
}

/** A full store says so; any other failure of it leaves the message with nobody. */
function toUnkeptError(thrown: unknown): CatgaError {
  if (thrown instanceof CatgaError) return thrown;
  return new CatgaError(
    'CATGA_ENGINE_UNAVAILABLE',
    `The outbox could not store a message: ${toError(thrown).message}`,
    {
      cause: thrown,
    },
  );
}
