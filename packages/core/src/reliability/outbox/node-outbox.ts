import { CatgaError, toError } from '../../errors/catga-error.js';
import type { AppendOptions, DurableLog } from '../../ports/durable-log.js';
import type { Outbox, OutboxCounts, OutboxMessage, OutboxStore } from '../../ports/outbox-store.js';
import type { LogMessage } from '../../ports/stored-message.js';
import type { OutboxAccess } from './catga-outbox.js';
import { failureOf } from '../failure-sink.js';
import { OutboxBacklog } from './outbox-backlog.js';
import { bodyBytes } from '../../wire/codec.js';
import { OutboxRelay } from './outbox-relay.js';
import type { RelayServices } from './outbox-relay.js';

/**
 * Log with an outbox: messages that the engine cannot accept, or that follow waiting ones, are stored, and a relay
 * sends them to the engine in order.
 */
export class NodeOutbox implements Pick<DurableLog, 'append'> {
  private readonly backlog = new OutboxBacklog();
  private opened: { readonly store: OutboxStore; readonly relay: OutboxRelay } | undefined;
  private isStarted = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly services: RelayServices,
  ) {}

  /** For the API; undefined while the node is not running. */
  get access(): OutboxAccess | undefined {
    const { opened } = this;
    return opened && { store: opened.store, add: async (message) => void (await this.keep(message)) };
  }

  /** Opens the store. Waiting messages of an earlier run are sent first. */
  async open(namespace: string): Promise<void> {
    const { outbox, services, backlog } = this;
    const store = await outbox.open({ namespace, nodeId: services.nodeId });
    const { isTransactional } = outbox.capabilities;
    this.opened = { store, relay: new OutboxRelay(store, backlog, isTransactional, services) };
    if ((await store.count()).waiting > 0) backlog.assume();
  }

  /** Starts the relay. */
  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** Resolves once the message is stored by the engine, or, if it is away or others wait, by the outbox. */
  async append(message: LogMessage, options?: AppendOptions): Promise<{ readonly duplicate: boolean }> {
    const log = this.services.log();
    if (options?.subscription !== undefined) return log.append(message, options);
    const { delayMs } = options ?? {};
    if (this.outbox.capabilities.isTransactional || this.backlog.exists)
      return this.keep(toOutbox(message, delayMs));
    try {
      return await log.append(message, this.optionsOf(options));
    } catch (thrown) {
      if (!isAway(thrown)) throw thrown;
      return this.keep(toOutbox(message, delayMs), thrown);
    }
  }

  /** Sends what waits, until it is empty or, where nothing is lost by stopping, until the engine turns out to be away. */
  async flush(): Promise<void> {
    if (!this.isStarted || this.opened === undefined) return;
    if (!this.backlog.exists && !this.outbox.capabilities.isTransactional) return;
    await this.opened.relay.emptied(this.outbox.capabilities.isLasting);
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
    await opened.relay.ended();
    try {
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
  private optionsOf(options: AppendOptions | undefined): AppendOptions | undefined {
    return options?.isFresh === true && this.outbox.capabilities.isLasting
      ? { ...options, isFresh: false }
      : options;
  }

  private sayWhatIsLeft({ waiting }: OutboxCounts): void {
    const { outbox, services } = this;
    if (waiting === 0) return;
    if (outbox.capabilities.isLasting)
      services.logger.log(`${waiting} messages remain in the outbox until the node restarts.`);
    else services.logger.warn(`${waiting} messages in the outbox were not sent and are lost.`);
  }

  private async keep(waiting: OutboxMessage, cause?: unknown): Promise<{ readonly duplicate: boolean }> {
    const { opened } = this;
    if (opened === undefined) throw notOpenError(cause);
    try {
      await this.backlog.grow(() => opened.store.add([waiting]));
    } catch (thrown) {
      throw toUnkeptError(thrown);
    } finally {
      this.wake();
    }
    return { duplicate: false };
  }

  private wake(): void {
    if (this.isStarted) this.opened?.relay.wake();
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
