import { CatgaError } from '../errors/catga-error.js';
import type { DeadLetterStore } from '../ports/dead-letter-store.js';
import { LaneEngine } from '../lanes/lane-engine.js';
import type { LaneParts } from '../lanes/lane-engine.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { EngineClient, EngineConnection } from '../ports/engine.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Inbox } from '../ports/inbox.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { PagedRecordStore, RecordStore } from '../ports/record-store.js';
import type { AskOwner, OwnedCommands } from '../ports/queued-commands.js';
import type { StreamLog } from '../ports/stream-log.js';
import type { SubscriptionPauses } from '../ports/subscription-pauses.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';
import type { MemoryConsumer } from './memory-consumer.js';
import type { MemoryNamespace } from './memory-namespace.js';

/** Connection of one node. After it is closed its ports reject with `CATGA_ENGINE_UNAVAILABLE`, as a broker's would. */
export class MemoryConnection implements EngineConnection {
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  readonly pauses: SubscriptionPauses;
  readonly queued: OwnedCommands;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly records: PagedRecordStore;
  readonly streams: StreamLog;
  readonly directory: NodeDirectory;
  readonly outcomes: OutcomeLog;
  readonly workerId: number;
  private readonly durable: LaneEngine;
  private readonly consumers = new Set<MemoryConsumer>();
  private readonly watches = new Set<() => void>();
  private isOpen = true;

  constructor(
    private readonly client: EngineClient,
    private readonly namespace: MemoryNamespace,
    private readonly onClosed: () => void,
    wrap: (parts: LaneParts) => LaneParts = asTheyAre,
  ) {
    this.workerId = namespace.workerIds.lease();
    const parts = {
      lanes: this.openLanes(),
      ...this.openQueue(),
      directory: this.openDirectory(),
      trimEveryMs: 0,
    };
    this.durable = new LaneEngine(wrap(parts), client);
    this.log = this.durable;
    this.subscriptions = this.durable;
    this.pauses = this.durable;
    this.directory = this.durable.directory;
    const { commands } = this.durable;
    namespace.answering.add(commands);
    this.queued = this.answeredInProcess(commands);
    const { idempotency, inbox, deadLetters, outcomes, records, streams } = namespace;
    this.records = {
      ...this.whileOpenRecords(records),
      page: async (...request) => this.whileOpen(records).page(...request),
    };
    this.streams = {
      maxEntryBytes: streams.maxEntryBytes,
      state: async () => this.whileOpen(streams).state(),
      append: async (...request) => this.whileOpen(streams).append(...request),
      last: async (...request) => this.whileOpen(streams).last(...request),
      read: async (...request) => this.whileOpen(streams).read(...request),
      readAll: async (...request) => this.whileOpen(streams).readAll(...request),
    };
    this.outcomes = {
      append: async (...request) => this.whileOpen(outcomes).append(...request),
      find: async (...request) => this.whileOpen(outcomes).find(...request),
    };
    this.idempotency = {
      claim: (key, print, leaseMs, mark) =>
        this.isOpen ? idempotency.claim(key, print, leaseMs, mark) : this.refused(),
      renew: (key, token, leaseMs) => (this.isOpen ? idempotency.renew(key, token, leaseMs) : this.refused()),
      complete: (key, token, outcome, ttlMs) =>
        this.isOpen ? idempotency.complete(key, token, outcome, ttlMs) : this.refused(),
      release: (key, token) => (this.isOpen ? idempotency.release(key, token) : this.refused()),
      find: (key) => (this.isOpen ? idempotency.find(key) : this.refused()),
    };
    this.inbox = {
      has: async (...request) => this.whileOpen(inbox).has(...request),
      add: async (...request) => this.whileOpen(inbox).add(...request),
    };
    this.deadLetters = {
      put: async (...request) => this.whileOpen(deadLetters).put(...request),
      get: async (...request) => this.whileOpen(deadLetters).get(...request),
      list: async (...request) => this.whileOpen(deadLetters).list(...request),
      keys: async (...request) => this.whileOpen(deadLetters).keys(...request),
      remove: async (...request) => this.whileOpen(deadLetters).remove(...request),
    };
  }

  dueMessages(): number {
    let { due } = this.durable;
    for (const consumer of this.consumers) due += consumer.due;
    return due;
  }

  async close(): Promise<void> {
    await this.durable.close();
    this.leave();
  }

  /** Closes the connection without announcing it. */
  abandon(): void {
    this.durable.abandon();
    this.leave();
  }

  private leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const stopWatching of this.watches) stopWatching();
    for (const consumer of this.consumers) consumer.leave();
    this.namespace.answering.delete(this.durable.commands);
    this.namespace.workerIds.giveBack(this.workerId);
    this.onClosed();
  }

  private openQueue(): Pick<LaneParts, 'queue' | 'queues' | 'queued'> {
    const { queue, queued } = this.namespace;
    return {
      queue: {
        append: async (message, options) => this.whileOpen(queue).append(message, options),
        subscribe: async (subscription, deliver) => {
          const consumer = this.whileOpen(queue).subscribe(subscription, deliver);
          this.consumers.add(consumer);
          return consumer;
        },
      },
      queues: {
        list: async () => this.whileOpen(queue).list(),
        drop: async (id) => this.whileOpen(queue).drop(id),
      },
      queued: {
        list: async (range) => this.whileOpen(queued).list(range),
        cancel: async (command) => this.whileOpen(queued).cancel(command),
        reschedule: async (command, delayMs) => this.whileOpen(queued).reschedule(command, delayMs),
      },
    };
  }

  /** The commands as a node on the queues of this process sees them: it reaches the other nodes without links. */
  get commands(): OwnedCommands {
    return this.durable.commands;
  }

  private answeredInProcess(commands: OwnedCommands): OwnedCommands {
    const ask: AskOwner = async (_nodeId, question) => {
      for (const other of this.namespace.answering) {
        const answer = await other.answer(question);
        if (answer['isGone'] !== true) return answer;
      }
      return { isGone: true };
    };
    return {
      list: (range) => commands.list(range, ask),
      cancel: (command) => commands.cancel(command, ask),
      reschedule: (command, delayMs) => commands.reschedule(command, delayMs, ask),
      answer: (question) => commands.answer(question),
    };
  }

  private openLanes(): LaneStore {
    const { log, records } = this.namespace.lanes;
    return {
      log: {
        lanes: log.lanes,
        maxFrameBytes: log.maxFrameBytes,
        append: (lane, frame) => (this.isOpen ? log.append(lane, frame) : this.refused()),
        state: (lane) => (this.isOpen ? log.state(lane) : this.refused()),
        read: (...request) => log.read(...request),
        trim: (lane, before) => (this.isOpen ? log.trim(lane, before) : this.refused()),
      },
      records: this.whileOpenRecords(records),
    };
  }

  private whileOpenRecords(records: RecordStore): RecordStore {
    return {
      maxValueBytes: records.maxValueBytes,
      read: (key) => (this.isOpen ? records.read(key) : this.refused()),
      list: (prefix) => (this.isOpen ? records.list(prefix) : this.refused()),
      write: (key, value, expected) => (this.isOpen ? records.write(key, value, expected) : this.refused()),
      remove: (key, expected) => (this.isOpen ? records.remove(key, expected) : this.refused()),
    };
  }

  private refused(): Promise<never> {
    return Promise.reject(this.closedError());
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
    throw this.closedError();
  }

  private closedError(): CatgaError {
    const { nodeId, namespace } = this.client;
    return new CatgaError('CATGA_ENGINE_UNAVAILABLE', `The connection of node '${nodeId}' is closed.`, {
      details: { nodeId, namespace },
    });
  }
}

function asTheyAre(parts: LaneParts): LaneParts {
  return parts;
}
