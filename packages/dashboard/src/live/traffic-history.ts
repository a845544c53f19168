import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { DurableSubscription } from '@catga/core';
import { AdminClient } from '@catga/core/admin';
import type { NodeTraffic } from '@catga/core/admin';
import { CatgaMediator, CatgaSubscriptions } from '@catga/nestjs';
import type { TrafficPointView } from '../api/views.js';
import { quantileOf, stepOf, sumOf } from './traffic-rates.js';
import type { TrafficStep } from './traffic-rates.js';

/** Polling interval of the nodes, in milliseconds. */
const EVERY_MS = 3_000;
/** Time after the last reading when polling stops, in milliseconds. */
const GOES_ON_MS = 60_000;
/** Points of 15 minutes. */
const MOST_POINTS = 300;

/** Messages per second from one service to another. */
export interface FlowRate {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly rate: number;
}

/** Traffic of the cluster over time: polls all nodes while pages are open. */
@Injectable()
export class TrafficHistory implements OnModuleDestroy {
  private readonly admin: AdminClient;
  private readonly points: TrafficPointView[] = [];
  private flows: readonly FlowRate[] = [];
  private answers = new Map<string, NodeTraffic>();
  private timer: NodeJS.Timeout | undefined;
  private untilMs = 0;

  constructor(
    private readonly mediator: CatgaMediator,
    private readonly subscriptions: CatgaSubscriptions,
  ) {
    this.admin = new AdminClient(mediator);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.untilMs = -1;
  }

  /** Points, the oldest first. */
  read(): readonly TrafficPointView[] {
    this.goOn();
    return this.points;
  }

  /** Latest rates. */
  rates(): readonly FlowRate[] {
    this.goOn();
    return this.flows;
  }

  private goOn(): void {
    if (this.untilMs < 0) return;
    this.untilMs = performance.now() + GOES_ON_MS;
    if (this.timer === undefined) this.after(0);
  }

  private after(ms: number): void {
    this.timer = setTimeout(() => void this.sample(), ms);
    this.timer.unref();
  }

  private async sample(): Promise<void> {
    const [answers, subscriptions] = await Promise.all([
      this.admin.all((client, nodeId) => client.traffic(nodeId)),
      this.subscriptions.list().catch(() => []),
    ]);
    const steps: TrafficStep[] = [];
    const known = new Map<string, NodeTraffic>();
    for (const { nodeId, result } of answers) {
      if (!result.ok) continue;
      known.set(nodeId, result.value);
      const before = this.answers.get(nodeId);
      const step = before && stepOf(nodeId, before, result.value);
      if (step !== undefined) steps.push(step);
    }
    this.answers = known;
    // The first answers are the baseline.
    if (steps.length > 0) {
      this.points.push(pointOf(steps, subscriptions));
      if (this.points.length > MOST_POINTS) this.points.shift();
      this.flows = this.flowsOf(steps);
    }
    this.timer = undefined;
    if (performance.now() < this.untilMs) this.after(EVERY_MS);
  }

  private flowsOf(steps: readonly TrafficStep[]): readonly FlowRate[] {
    const services = new Map(this.mediator.nodes().map(({ nodeId, service }) => [nodeId, service]));
    const sums = new Map<string, FlowRate>();
    for (const { nodeId, seconds, flows } of steps) {
      for (const { name, originNodeId, handled } of flows) {
        const [from, to] = [services.get(originNodeId), services.get(nodeId)];
        if (from === undefined || to === undefined) continue;
        const key = JSON.stringify([from, to, name]);
        const rate = (sums.get(key)?.rate ?? 0) + handled / seconds;
        sums.set(key, { from, to, name, rate });
      }
    }
    return [...sums.values()];
  }
}

function pointOf(
  steps: readonly TrafficStep[],
  subscriptions: readonly DurableSubscription[],
): TrafficPointView {
  const perSecond = (of: 'handled' | 'failed'): number =>
    steps.reduce((sum, step) => sum + step[of] / step.seconds, 0);
  const durations = sumOf(steps.map((step) => step.durations));
  const criticalTimes = sumOf(steps.map((step) => step.criticalTimes));
  const lags = subscriptions.map(({ waiting, lag }) => ({
    due: lag?.due ?? waiting,
    oldest: lag?.oldestDueMs ?? 0,
  }));
  return {
    atMs: Date.now(),
    handled: perSecond('handled'),
    failed: perSecond('failed'),
    durationMs: [quantileOf(durations, 0.5) ?? null, quantileOf(durations, 0.95) ?? null],
    criticalMs: [quantileOf(criticalTimes, 0.5) ?? null, quantileOf(criticalTimes, 0.95) ?? null],
    due: lags.reduce((sum, { due }) => sum + due, 0),
    oldestDueMs: lags.reduce((most, { oldest }) => Math.max(most, oldest), 0),
  };
}
