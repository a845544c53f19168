import { CatgaError } from '../../errors/catga-error.js';
import type { DeadLetterStore } from '../../ports/dead-letter-store.js';
import type { DurableLog } from '../../ports/durable-log.js';
import type { EngineClient, EngineConnection } from '../../ports/engine.js';
import type { IdempotencyStore } from '../../ports/idempotency-store.js';
import type { Inbox } from '../../ports/inbox.js';
import type { LinkListener, NodeAddress, NodeLinks } from '../../ports/links.js';
import type { OutcomeLog } from '../../ports/outcome-log.js';
import type { NodeDirectory } from '../../ports/node-directory.js';
import type { PagedRecordStore } from '../../ports/record-store.js';
import type { OwnedCommands } from '../../ports/queued-commands.js';
import type { StreamLog } from '../../ports/stream-log.js';
import type { SubscriptionPauses } from '../../ports/subscription-pauses.js';
import type { SubscriptionRegister } from '../../ports/subscription-register.js';
import type { MemoryConnection } from '../memory-connection.js';
import type { FrameExchange } from './frame-exchange.js';
import {
  gatedDeadLetters,
  gatedDirectory,
  gatedIdempotency,
  gatedInbox,
  gatedOutcomes,
  gatedRecords,
  gatedStreams,
} from './gated-ports.js';
import { NetworkEndpoint } from './network-endpoint.js';
import type { NodeGate } from './node-gate.js';

/** Memory connection with links, behind a gate that pauses the node. */
export class NetworkConnection implements EngineConnection {
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
  private readonly endpoints = new Set<NetworkEndpoint>();
  private isOpen = true;

  constructor(
    private readonly client: EngineClient,
    private readonly storage: MemoryConnection,
    private readonly gate: NodeGate,
    private readonly exchange: FrameExchange,
    private readonly onClosed: () => void,
  ) {
    this.log = storage.log;
    this.subscriptions = storage.subscriptions;
    this.pauses = storage.pauses;
    this.queued = storage.commands;
    this.idempotency = gatedIdempotency(storage.idempotency, this.gate);
    this.inbox = gatedInbox(storage.inbox, this.gate);
    this.deadLetters = gatedDeadLetters(storage.deadLetters, this.gate);
    this.records = gatedRecords(storage.records, this.gate);
    this.streams = gatedStreams(storage.streams, this.gate);
    this.outcomes = gatedOutcomes(storage.outcomes, this.gate);
    this.workerId = storage.workerId;
    this.directory = gatedDirectory(storage.directory, this.gate);
  }

  openLinks(self: NodeAddress, listener: LinkListener): Promise<NodeLinks> {
    return this.gate.ask(async () => {
      if (!this.isOpen) throw this.unavailable();
      const { namespace } = this.client;
      const endpoint = new NetworkEndpoint(namespace, { ...self }, listener, this.gate, this.exchange);
      this.exchange.open(endpoint);
      this.endpoints.add(endpoint);
      return endpoint;
    });
  }

  dueMessages(): number {
    return this.isOpen ? (this.storage.dueMessages?.() ?? 0) : 0;
  }

  /** A paused node disconnects once it is resumed. */
  async close(): Promise<void> {
    if (this.isOpen) await this.gate.ask(() => this.disconnect());
  }

  pause(): void {
    this.gate.pause();
  }

  resume(): void {
    this.gate.resume();
  }

  /** Reports a lost broker connection to the node. */
  unplugged(): void {
    this.client.monitor?.lost('The plug is out.');
  }

  pluggedIn(): void {
    this.client.monitor?.restored();
  }

  crash(): void {
    this.gate.leave(this.unavailable());
    if (this.isOpen) this.leave();
    this.storage.abandon();
  }

  private async disconnect(): Promise<void> {
    if (!this.isOpen) return;
    this.leave();
    await this.storage.close();
  }

  private leave(): void {
    this.isOpen = false;
    for (const endpoint of this.endpoints) this.exchange.close(endpoint);
    this.onClosed();
  }

  private unavailable(): CatgaError {
    const { nodeId, namespace } = this.client;
    return new CatgaError('CATGA_ENGINE_UNAVAILABLE', `Node '${nodeId}' is no longer on the network.`, {
      details: { nodeId, namespace },
    });
  }
}
