import type { MessageConstructor } from '../contracts/message.js';
import type { NodeInfo } from '../contracts/node-info.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import type { EventRoute, RequestRoute } from '../handlers/routes.js';
import type { ResolvedCatgaOptions } from '../options/catga-options.js';
import { handlerStep } from '../pipeline/pipeline.js';
import type { HandlerFunction } from '../pipeline/pipeline.js';
import type { HandledListener } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { LogSubscription } from '../ports/durable-log.js';
import type { OwnerAnswer, OwnerQuestion } from '../ports/queued-commands.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Timetable } from '../time/timetable.js';
import type { NodeDescription, NodeStats } from './admin-contracts.js';
import {
  AskQueueOwner,
  DescribeNode,
  ListNodeFailures,
  ReadNodeStats,
  ReadNodeTraffic,
  TapNode,
} from './admin-messages.js';
import { FailureLog } from './failure-log.js';
import { HandledListeners } from './handled-listeners.js';
import { MessageTap } from './message-tap.js';
import { TrafficMeter } from './traffic-meter.js';

/** The node that answers. */
export interface AdministeredNode {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly failures: CatgaErrorSink;
  readonly registry: MessageRegistry;
  self(): NodeInfo;
  /** Answers a query about queued commands that this node owns. */
  answerForQueue(question: OwnerQuestion): Promise<OwnerAnswer>;
  /** Listener to handled messages; undefined without one. */
  listener: HandledListener | undefined;
}

/** Compiled routes of a node. */
export interface HandledMessages {
  readonly requests: ReadonlyMap<MessageConstructor, RequestRoute>;
  readonly events: readonly EventRoute[];
  readonly durable: readonly LogSubscription[];
}

/** Query of tools that a package on top of the kernel answers. */
export interface ToolQuestion {
  /** Option of `admin` that disables it. */
  readonly option: 'sagas' | 'projections';
  readonly question: MessageConstructor;
  readonly handler: HandlerFunction;
}

/** Maximum number of reported sources of failures. */
const MOST_SOURCES = 100;

/** Answers queries of tools that the option `admin` allows. */
export class NodeAdmin {
  private readonly startedAtMs: number;
  private readonly listeners: HandledListeners;

  constructor(
    private readonly node: AdministeredNode,
    private readonly options: Pick<ResolvedCatgaOptions, 'admin' | 'engine'>,
    private readonly handled: HandledMessages,
    private readonly ofPackages: readonly ToolQuestion[],
  ) {
    this.startedAtMs = node.clock.now();
    this.listeners = new HandledListeners(node.timetable, (listener) => {
      node.listener = listener;
    });
  }

  /**
   * Routes of the answered requests, which are not announced in the directory. `CATGA_CONFIGURATION` if a message uses one of their names.
   */
  routes(): readonly RequestRoute[] {
    const { admin } = this.options;
    const { describe, stats, failures, tap, traffic } = admin;
    return [
      // Always enabled: without it a command in this node's lanes cannot be cancelled.
      this.route(AskQueueOwner, (asked) => this.node.answerForQueue((asked as AskQueueOwner).question)),
      ...(describe ? [this.route(DescribeNode, () => this.describe())] : []),
      ...(stats ? [this.route(ReadNodeStats, () => this.stats())] : []),
      ...(failures ? [this.failures()] : []),
      ...(tap ? [this.tap()] : []),
      ...(traffic ? [this.traffic()] : []),
      ...this.ofPackages
        .filter(({ option }) => admin[option])
        .map(({ question, handler }) => this.route(question, handler)),
    ];
  }

  private describe(): NodeDescription {
    const { node, options, handled, startedAtMs } = this;
    return {
      node: node.self(),
      engine: options.engine.name,
      runtime: process.version,
      pid: process.pid,
      startedAtMs,
      requests: Array.from(handled.requests.values(), ({ type, name, timeoutMs }) => ({
        name: type.name,
        kind: type.kind === 'query' ? 'query' : 'command',
        qos: type.qos,
        handler: name,
        ...(timeoutMs !== undefined && { timeoutMs }),
      })),
      events: handled.events.map(({ type, subscribers }) => ({
        name: type.name,
        qos: type.qos,
        handlers: subscribers.map(({ name, options: { scope = 'service' } }) => ({ name, scope })),
      })),
      subscriptions: handled.durable.map(({ id, kind, names, concurrency }) => ({
        id,
        kind,
        names,
        concurrency,
      })),
    };
  }

  private stats(): NodeStats {
    const { node, startedAtMs } = this;
    const failures = [...node.failures.failures].sort(([, one], [, other]) => other - one);
    return {
      nowMs: node.clock.now(),
      startedAtMs,
      load: node.self().load,
      memoryBytes: process.memoryUsage.rss(),
      failures: Object.fromEntries(failures.slice(0, MOST_SOURCES)),
    };
  }

  private failures(): RequestRoute {
    const log = new FailureLog(() => this.node.clock.now());
    this.node.failures.subscribe(log.add);
    return this.route(ListNodeFailures, () => log.latest);
  }

  private tap(): RequestRoute {
    const { clock, nodeId } = this.node;
    const tap = new MessageTap(clock, nodeId, this.listeners);
    return this.route(TapNode, (question) => tap.page((question as TapNode).next));
  }

  private traffic(): RequestRoute {
    const { clock, nodeId } = this.node;
    const meter = new TrafficMeter(clock, nodeId, () => this.node.self().load, this.listeners);
    return this.route(ReadNodeTraffic, () => meter.read());
  }

  private route(target: MessageConstructor, handler: HandlerFunction): RequestRoute {
    const type = this.node.registry.typeOf(target);
    return {
      type,
      name: type.name,
      step: handlerStep(handler),
      transaction: undefined,
      direct: undefined,
      timeoutMs: type.timeoutMs,
    };
  }
}
