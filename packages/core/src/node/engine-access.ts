import { shuttingDownError } from '../errors/message-errors.js';
import type { EngineConnection } from '../ports/engine.js';
import type { IdempotentExecution } from '../reliability/idempotent-execution.js';
import type { QueuedOutcomes } from '../reliability/queued-outcomes.js';
import type { RequestSender } from '../cluster/asking/request-sender.js';
import type { Cluster } from '../cluster/cluster.js';
import type { EventFanOut } from '../events/event-fan-out.js';

/** Traffic with other nodes, and the ways into it. */
export interface JoinedCluster {
  readonly cluster: Cluster;
  readonly events: EventFanOut;
}

/** A node's hold on its engine: nothing before it is opened, nothing after it was let go. */
export class EngineAccess {
  /** This node's part in a cluster, where the engine reaches other nodes. */
  joined: JoinedCluster | undefined;
  connection: EngineConnection | undefined;
  private execution: IdempotentExecution | undefined;
  private queuedOutcomes: QueuedOutcomes | undefined;

  constructor(private readonly nodeId: string) {}

  open(connection: EngineConnection, execution: IdempotentExecution, outcomes: QueuedOutcomes): void {
    this.connection = connection;
    this.execution = execution;
    this.queuedOutcomes = outcomes;
  }

  /** Whether there is a connection. */
  get isConnected(): boolean {
    return this.connection !== undefined;
  }

  /** The connection. `CATGA_SHUTTING_DOWN` before there is one and after it is closed. */
  connected(what: string): EngineConnection {
    if (this.connection === undefined) throw shuttingDownError(what, this.nodeId);
    return this.connection;
  }

  /** The record of ids. `CATGA_SHUTTING_DOWN` before there is a connection. */
  idempotency(): IdempotentExecution {
    if (this.execution === undefined) throw shuttingDownError('A recorded request', this.nodeId);
    return this.execution;
  }

  /** How queued commands ended. `CATGA_SHUTTING_DOWN` while there is no connection. */
  outcomes(): QueuedOutcomes {
    if (this.queuedOutcomes === undefined || this.connection === undefined)
      throw shuttingDownError('The outcome of a queued command', this.nodeId);
    return this.queuedOutcomes;
  }

  /** The way of requests to other nodes, where the engine has one. */
  get sender(): RequestSender | undefined {
    return this.joined?.cluster.sender;
  }

  /** The way of plain events to other nodes, where the engine has one. */
  get fanOut(): EventFanOut | undefined {
    return this.joined?.events;
  }

  /** Requests that other nodes have not answered yet. */
  get unanswered(): number {
    return this.joined?.cluster.sender.size ?? 0;
  }

  /** The number that tells this node's ids from others', as the engine has it now. */
  get workerId(): number | undefined {
    return this.connection?.workerId;
  }

  /** Whether what the engine keeps ends with this process. */
  get forgetsMessages(): boolean {
    return this.connection?.dueMessages !== undefined;
  }

  /** How many messages are due, where they end with the process. */
  get dueMessages(): number {
    return this.connection?.dueMessages?.() ?? 0;
  }

  /** Takes nothing to the engine any more, and refuses what is unanswered. */
  leave(): void {
    this.connection = undefined;
    this.joined?.cluster.close(shuttingDownError('An unanswered request', this.nodeId));
  }
}
