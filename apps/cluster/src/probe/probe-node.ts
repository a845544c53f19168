import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import type { CatgaOptions } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { clusterModule } from '../node/cluster-module.js';
import { isForRedis } from '../node/node-settings.js';
import type { NodeSettings } from '../node/node-settings.js';
import { answerQuestions } from './probe-channel.js';
import type { HoldPoint, ProbeChange, ProbeQuestions } from './probe-channel.js';
import { PROBES } from './probe-messages.js';

/** Quick, so that tests are. */
const RECONNECT = { waitMs: 50, maxBufferedBytes: 64 * 1024 };
const REQUEST = { retransmitMs: 100 };

/** A node of the cluster that tests ask and tell. */
export function probeModule(service: string, settings: NodeSettings): DynamicModule {
  const { brokerUrl } = settings;
  const engine = isForRedis(brokerUrl)
    ? redis({ url: brokerUrl, reconnect: RECONNECT })
    : nats({ servers: brokerUrl, reconnect: { ...RECONNECT, jitterMs: 10 } });
  const options: CatgaOptions = { engine, request: REQUEST };
  return clusterModule(service, settings, options);
}

/** Where handlers stand still, if a test wants it. */
@Injectable()
export class Holds {
  private point: HoldPoint | undefined;
  private release = (): void => {};
  private released: Promise<void> = Promise.resolve();

  /** Handlers that come to the point wait from now on; those that wait already go on. */
  at(point: HoldPoint | undefined): void {
    this.release();
    this.point = point;
    this.released = new Promise((resolve) => (this.release = resolve));
  }

  async pass(point: HoldPoint): Promise<void> {
    if (this.point === point) await this.released;
  }
}

/** Answers what tests ask. */
@Injectable()
export class ProbeControl implements OnApplicationBootstrap {
  private readonly changes: ProbeChange[] = [];

  constructor(
    private readonly mediator: CatgaMediator,
    private readonly holds: Holds,
  ) {}

  onApplicationBootstrap(): void {
    void this.watch();
    answerQuestions({
      send: ({ probe, text, options }: ProbeQuestions['send']['asked']) =>
        this.mediator.send(new PROBES[probe](text), options),
      nodes: () => this.mediator.nodes(),
      self: () => this.mediator.self,
      changes: () => this.changes,
      hold: (point: ProbeQuestions['hold']['asked']) => this.holds.at(point),
    });
  }

  private async watch(): Promise<void> {
    for await (const { type, node } of this.mediator.watchNodes()) {
      if (type !== 'updated') this.changes.push({ type, nodeId: node.nodeId, incarnation: node.incarnation });
    }
  }
}
