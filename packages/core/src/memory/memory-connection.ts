import { CatgaError } from '../errors/catga-error.js';
import type { DeadLetterStore } from '../ports/dead-letter-store.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { EngineClient, EngineConnection } from '../ports/engine.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Inbox } from '../ports/inbox.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';
import type { MemoryConsumer } from './memory-consumer.js';
import type { MemoryNamespace } from './memory-namespace.js';

/** One node's session. Once it is closed its ports reject with `CATGA_ENGINE_UNAVAILABLE`, as a broker's would. */
export class MemoryConnection implements EngineConnection {
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly directory: NodeDirectory;
  readonly outcomes: OutcomeLog;
  readonly workerId: number;
  private readonly consumers = new Set<MemoryConsumer>();
  private readonly watches = new Set<() => void>();
  private isOpen = true;

  constructor(
    private readonly client: EngineClient,
    private readonly namespace: MemoryNamespace,
    private readonly onClosed: () => void,
  ) {
    this.workerId = namespace.workerIds.lease();
    this.log = this.openLog();
    this.directory = this.openDirectory();
    const { log } = namespace;
    this.subscriptions = {
      list: async () => this.whileOpen(log).list(),
      drop: async (id) => this.whileOpen(log).drop(id),
    };
    const { idempotency, inbox, deadLetters, outcomes } = namespace;
    this.outcomes = {
      append: async (...request) => this.whileOpen(outcomes).append(...request),
      find: async (...request) => this.whileOpen(outcomes).find(...request),
    };
    this.idempotency = {
      claim: async (...request) => this.whileOpen(idempotency).claim(...request),
      renew: async (...request) => this.whileOpen(idempotency).renew(...request),
      complete: async (...request) => this.whileOpen(idempotency).complete(...request),
      release: async (...request) => this.whileOpen(idempotency).release(...request),
      find: async (...request) => this.whileOpen(idempotency).find(...request),
    };
    this.inbox = {
      has: async (...request) => this.whileOpen(inbox).has(...request),
      add: async (...request) => this.whileOpen(inbox).add(...request),
    };
    this.deadLetters = {
      put: async (...request) => this.whileOpen(deadLetters).put(...request),
      get: async (...request) => this.whileOpen(deadLetters).get(...request),
      list: async (...request) => this.whileOpen(deadLetters).list(...request),
      ids: async (...request) => this.whileOpen(deadLetters).ids(...request),
      remove: async (...request) => this.whileOpen(deadLetters).remove(...request),
    };
  }

  dueMessages(): number {
    let due = 0;
    for (const consumer of this.consumers) due += consumer.due;
    return due;
  }

  close(): Promise<void> {
    if (this.isOpen) {
      this.isOpen = false;
      for (const stopWatching of this.watches) stopWatching();
      for (const consumer of this.consumers) consumer.leave();
      this.namespace.workerIds.giveBack(this.workerId);
      this.onClosed();
    }
    return Promise.resolve();
  }

  private openLog(): DurableLog {
    const { log } = this.namespace;
    return {
      append: async (message, options) => this.whileOpen(log).append(message, options),
      subscribe: async (subscription, deliver) => {
        const consumer = this.whileOpen(log).subscribe(subscription, deliver);
        this.consumers.add(consumer);
        return consumer;
      },
    };
  }

  private openDirectory(): NodeDirectory {
    const { directory } = this.namespace;
    const { heartbeatTimeoutMs } = this.client;
    return {
      announce: async (node) => this.whileOpen(directory).announce(node, heartbeatTimeoutMs),
      refresh: async (node) => this.whileOpen(directory).refresh(node, heartbeatTimeoutMs),
      withdraw: async (address) => this.whileOpen(directory).withdraw(address),
      watch: async (listener) => {
        const stopWatching = this.whileOpen(directory).watch(listener);
        this.watches.add(stopWatching);
        return () => {
          stopWatching();
          this.watches.delete(stopWatching);
        };
      },
    };
  }

  private whileOpen<T>(port: T): T {
    if (this.isOpen) return port;
    const { nodeId, namespace } = this.client;
    throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', `The connection of node '${nodeId}' is closed.`, {
      details: { nodeId, namespace },
    });
  }
}
