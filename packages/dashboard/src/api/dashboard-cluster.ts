import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaMediator, CatgaNode, CatgaSubscriptions } from '@catga/nestjs';
import type { DurableSubscription, NodeInfo } from '@catga/core';
import { AdminClient, topologyOf } from '@catga/core/admin';
import type { NodeFailure } from '@catga/core/admin';
import { TrafficHistory } from '../live/traffic-history.js';
import { DASHBOARD_OPTIONS } from '../options/dashboard-options.token.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { pageOf } from './page-of.js';
import { Redactor } from './redactor.js';
import { SharedReading } from './shared-reading.js';
import type {
  FailureView,
  FailuresView,
  MetaView,
  NodeDetailView,
  NodeStatsView,
  NodeView,
  PageView,
  SubscriptionView,
  TopologyView,
  TrafficView,
} from './views.js';

interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}

const MOST_OWNERS = 50;
const MOST_NAMES = 50;
const MOST_EDGES = 2_000;
const MOST_FAILURES = 500;

/** Nodes, subscriptions and failures of the cluster, in bounded pages. */
@Injectable()
export class DashboardCluster {
  private readonly admin: AdminClient;
  private readonly listed: SharedReading<readonly DurableSubscription[]>;
  private readonly failed: SharedReading<FailuresView>;
  private readonly measured: SharedReading<readonly NodeStatsView[]>;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly mediator: CatgaMediator,
    private readonly subscriptions: CatgaSubscriptions,
    private readonly traffic: TrafficHistory,
    private readonly redactor: Redactor,
    @Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions,
  ) {
    this.admin = new AdminClient(mediator);
    this.listed = new SharedReading(() => this.subscriptions.list());
    this.failed = new SharedReading(() => this.readFailures());
    this.measured = new SharedReading(() => this.readStats());
  }

  meta(): MetaView {
    // CatgaModule does not export its node.
    const { namespace, engine } = this.moduleRef.get(CatgaNode, { strict: false }).options;
    const { readOnly } = this.options;
    return { nodeId: this.mediator.self.nodeId, namespace, engine: engine.name, readOnly };
  }

  nodes(page: PageRequest): PageView<NodeView> {
    const { items, ...next } = pageOf(
      this.mediator.nodes(),
      ({ service, nodeId }) => `${service} ${nodeId}`,
      page,
    );
    return { items: items.map(nodeView), ...next };
  }

  async showNode(nodeId: string): Promise<NodeDetailView> {
    const node = this.mediator.nodes().find((one) => one.nodeId === nodeId);
    if (node === undefined) throw new NotFoundException('The node does not exist (any more).');
    const [description, stats] = await Promise.allSettled([
      this.admin.describe(nodeId),
      this.admin.stats(nodeId),
    ]);
    const refused = [description, stats].find((one) => one.status === 'rejected');
    return {
      node,
      ...(description.status === 'fulfilled' && { description: description.value }),
      ...(stats.status === 'fulfilled' && { stats: stats.value }),
      ...(refused && { problem: textOf(refused.reason) }),
    };
  }

  async stats(page: PageRequest): Promise<PageView<NodeStatsView>> {
    return pageOf(await this.measured.get(), ({ nodeId }) => nodeId, page);
  }

  async topology(): Promise<TopologyView> {
    const { services, edges } = topologyOf(this.mediator.nodes(), await this.listed.get());
    const rates = new Map(
      this.traffic.rates().map(({ from, to, name, rate }) => [JSON.stringify([from, to, name]), rate]),
    );
    return {
      services,
      edges: edges
        .slice(0, MOST_EDGES)
        .map((edge) => ({ ...edge, rate: rates.get(JSON.stringify([edge.from, edge.to, edge.name])) ?? 0 })),
      isComplete: edges.length <= MOST_EDGES,
    };
  }

  trafficHistory(): TrafficView {
    return { points: this.traffic.read() };
  }

  async subscriptionPage(page: PageRequest): Promise<PageView<SubscriptionView>> {
    const { items, ...next } = pageOf(await this.listed.get(), ({ id }) => id, page);
    return { items: items.map(subscriptionView), ...next };
  }

  async pause(id: string): Promise<void> {
    if (!(await this.subscriptions.pause(id)))
      throw new NotFoundException('The subscription does not exist.');
    this.listed.forget();
  }

  async resume(id: string): Promise<void> {
    if (!(await this.subscriptions.resume(id)))
      throw new NotFoundException('The subscription is not paused.');
    this.listed.forget();
  }

  async failures(limit: number): Promise<FailuresView> {
    const { items, unanswered } = await this.failed.get();
    return { items: items.slice(0, limit), unanswered };
  }

  private async readFailures(): Promise<FailuresView> {
    const answers = await this.admin.all((client, nodeId) => client.failures(nodeId));
    const items: FailureView[] = [];
    const unanswered: { nodeId: string; problem: string }[] = [];
    for (const { nodeId, result } of answers)
      if (result.ok) items.push(...result.value.map((failure) => this.failureView(nodeId, failure)));
      else unanswered.push({ nodeId, problem: result.error.message });
    items.sort((one, other) => other.atMs - one.atMs);
    return { items: items.slice(0, MOST_FAILURES), unanswered };
  }

  private async readStats(): Promise<readonly NodeStatsView[]> {
    const answers = await this.admin.all((client, nodeId) => client.stats(nodeId));
    return answers.map(({ nodeId, result }) =>
      result.ok ? { nodeId, stats: result.value } : { nodeId, problem: result.error.message },
    );
  }

  private failureView(nodeId: string, failure: NodeFailure): FailureView {
    return { ...failure, nodeId, error: this.redactor.error(failure.error, failure.name) };
  }
}

function nodeView(node: NodeInfo): NodeView {
  const { nodeId, service, status, load, endpoint, incarnation, handles, subscribes, subscribesAsNode } =
    node;
  return {
    nodeId,
    service,
    status,
    load,
    endpoint,
    startedAtMs: incarnation,
    handles: new Set([...handles, ...subscribes, ...subscribesAsNode]).size,
  };
}

function subscriptionView({
  id,
  kind,
  names,
  waiting,
  isPaused,
  lag,
  lanes,
}: DurableSubscription): SubscriptionView {
  const owners = new Set(lanes?.flatMap(({ owner }) => owner ?? []) ?? []);
  return {
    id,
    kind,
    names: names.slice(0, MOST_NAMES),
    waiting,
    ...(isPaused !== undefined && { isPaused }),
    ...(lag !== undefined && { lag }),
    owners: [...owners].sort().slice(0, MOST_OWNERS),
  };
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
