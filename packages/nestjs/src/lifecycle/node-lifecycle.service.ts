import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { CatgaError, CatgaNode } from '@catga/core';
import type { NodeSummary } from '@catga/core';
import { GuardedLogger, lineOf, nextTurn } from '@catga/core/engine';
import { HandlerExplorer } from '../explorer/handler-explorer.js';
import { Heartbeat } from './heartbeat.js';

/**
 * Lifecycle of the node in the application: discovers and validates handlers on module init, accepts messages after
 * bootstrap, and drains on shutdown.
 */
@Injectable()
export class NodeLifecycleService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new GuardedLogger(new Logger('Catga'));
  private readonly heartbeat: Heartbeat;
  private summary: NodeSummary | undefined;

  constructor(
    private readonly node: CatgaNode,
    private readonly explorer: HandlerExplorer,
  ) {
    this.heartbeat = new Heartbeat(
      node.clock,
      node.options.heartbeat.intervalMs,
      () => this.beat(),
      (thrown) => {
        // An unreachable engine is logged once, not at every heartbeat.
        if (!isUnavailable(thrown)) this.logger.warn(`A heartbeat failed: ${lineOf(thrown)}`);
      },
    );
  }

  async onModuleInit(): Promise<void> {
    this.summary = await this.node.init(this.explorer.explore());
  }

  /** Called when all modules are ready. */
  async start(): Promise<void> {
    await this.node.start();
    this.heartbeat.start();
    if (this.summary !== undefined) this.logger.log(describe(this.summary));
    void nextTurn().then(() => this.checkShutdownHooks());
  }

  /** Reports the node as not ready; resolves after `shutdown.delayMs`, during which it works and beats as before. */
  async announceStop(): Promise<void> {
    await this.node.announceStop();
  }

  /** Withdraws the node, and waits for running handlers. */
  async drain(): Promise<void> {
    this.heartbeat.stop();
    await this.node.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.node.close();
  }

  private async beat(): Promise<void> {
    const late = this.explorer.lateHandlers();
    if (late.length > 0) {
      this.logger.error(
        `These handlers belong to a module that was loaded after the start, and are never called: ${late.join(', ')}. ` +
          'Nodes announce at start-up what they handle: import the module statically, and load ' +
          'the dependencies of its handlers lazily.',
      );
    }
    await this.node.beat();
  }

  /** One turn after the start, because shutdown hooks of an application context are enabled after its start. */
  private checkShutdownHooks(): void {
    if (!this.node.isOpen || process.listenerCount('SIGTERM') > 0) return;
    this.logger.warn(
      'Shutdown hooks are not enabled: SIGTERM aborts running handlers. Call app.enableShutdownHooks() before listen().',
    );
  }
}

function describe(summary: NodeSummary): string {
  const { engine, service, nodeId, commands, queries, events, eventHandlers, durableSubscriptions } = summary;
  return (
    `Node ${nodeId} of service ${service} is up on the ${engine} engine: ${commands} commands, ${queries} queries, ` +
    `${events} events with ${eventHandlers} handlers, ${durableSubscriptions} durable subscriptions`
  );
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_ENGINE_UNAVAILABLE';
}
