import type { CatgaNode, CatgaOptions, NodeChange } from '@catga/core';
import type { NodeServices } from '@catga/core/engine';
import type { ClusterUnderTest, EngineHarness } from './engine-harness.js';
import { Lab } from './lab.js';
import { GetOrder, PlaceOrder } from './messages.js';

type NodeOptions = Omit<CatgaOptions, 'engine' | 'nodeId'>;

/** Cluster test bench of one case: nodes with heartbeats, and faults. */
export class ClusterLab extends Lab {
  /** For cases about silence: nodes are soon suspected, and gone soon after. A busy machine can make them so. */
  readonly quickHeartbeat = { intervalMs: 4 * this.unitMs, timeoutMs: 30 * this.unitMs };
  /** No node record expires while a case runs. */
  readonly slowHeartbeat = { intervalMs: 400 * this.unitMs, timeoutMs: 1200 * this.unitMs };
  private readonly beating = new Map<string, () => void>();
  private readonly started: CatgaNode[] = [];
  private readonly crashed = new Set<CatgaNode>();
  private readonly paused = new Set<string>();
  private readonly cut = new Set<string>();
  private cluster: ClusterUnderTest | undefined;

  constructor(harness: EngineHarness, createCluster: () => Promise<ClusterUnderTest>) {
    super(harness, async () => (this.cluster = await createCluster()));
  }

  override async close(): Promise<void> {
    for (const nodeId of this.paused) this.cluster?.resume(nodeId);
    for (const nodeId of this.cut) this.cluster?.heal(nodeId);
    this.paused.clear();
    this.cut.clear();
    for (const stopBeating of this.beating.values()) stopBeating();
    this.beating.clear();
    await super.close();
    this.crashed.clear();
    this.started.length = 0;
    this.cluster = undefined;
  }

  /** Failover to another node after some silence. Without it a node of a busy machine may be silent for long. */
  readonly soonElsewhere = { retransmitMs: this.unitMs, maxAttempts: 3 };

  /** A node that is not started yet, with a short retransmission interval; its silence is not noticed while a case runs. */
  member(nodeId: string, options: NodeOptions = {}, services: Partial<NodeServices> = {}): CatgaNode {
    const request = { ...this.soonElsewhere, maxAttempts: 9 };
    return this.node({ heartbeat: this.slowHeartbeat, request, ...options, nodeId }, services);
  }

  /** A node that answers `PlaceOrder` and `GetOrder` with its id. */
  orders(nodeId: string, options: NodeOptions = {}): CatgaNode {
    return this.member(nodeId, options)
      .handleRequest(PlaceOrder, () => ({ orderId: nodeId }))
      .handleRequest(GetOrder, () => nodeId);
  }

  /** Starts nodes with heartbeats, and waits until all running nodes know each other. */
  async start(...nodes: readonly CatgaNode[]): Promise<void> {
    for (const node of nodes) {
      await this.run(node);
      this.keepBeating(node);
      this.started.push(node);
    }
    const running = this.started.filter((node) => node.isOpen && !this.isDisturbed(node));
    await this.until(() => running.every((node) => running.every((other) => this.knows(node, other))));
  }

  /** Whether a node knows another one. */
  sees({ mediator }: CatgaNode, nodeId: string): boolean {
    return mediator.nodes().some((node) => node.nodeId === nodeId);
  }

  private knows({ mediator }: CatgaNode, other: CatgaNode): boolean {
    const { nodeId, incarnation } = other.mediator.self;
    return mediator.nodes().some((node) => node.nodeId === nodeId && node.incarnation === incarnation);
  }

  private isDisturbed(node: CatgaNode): boolean {
    const { nodeId } = node.options;
    return this.crashed.has(node) || this.paused.has(nodeId) || this.cut.has(nodeId);
  }

  /** Collects the changes of another node that a node is told from now on. */
  watch({ mediator }: CatgaNode, nodeId: string): readonly NodeChange[] {
    const changes: NodeChange[] = [];
    void (async () => {
      for await (const change of mediator.watchNodes())
        if (change.node.nodeId === nodeId) changes.push(change);
    })();
    return changes;
  }

  /** See {@link ClusterUnderTest.crash}. */
  crash(node: CatgaNode): void {
    const { nodeId } = node.options;
    this.crashed.add(node);
    this.beating.get(nodeId)?.();
    this.faults.crash(nodeId);
  }

  /** See {@link ClusterUnderTest.pause}. */
  pause({ options: { nodeId } }: CatgaNode): void {
    this.paused.add(nodeId);
    this.faults.pause(nodeId);
  }

  /** Resumes a paused node. */
  resume({ options: { nodeId } }: CatgaNode): void {
    this.paused.delete(nodeId);
    this.faults.resume(nodeId);
  }

  /** See {@link ClusterUnderTest.cutOff}. */
  cutOff({ options: { nodeId } }: CatgaNode): void {
    this.cut.add(nodeId);
    this.faults.cutOff(nodeId);
  }

  /** See {@link ClusterUnderTest.loseBroker}. */
  loseBroker({ options: { nodeId } }: CatgaNode): void {
    this.cut.add(nodeId);
    this.faults.loseBroker(nodeId);
  }

  /** Heals a node that was cut off or lost its broker. */
  heal({ options: { nodeId } }: CatgaNode): void {
    this.cut.delete(nodeId);
    this.faults.heal(nodeId);
  }

  protected override async end(node: CatgaNode): Promise<void> {
    try {
      await super.end(node);
    } catch (thrown) {
      if (!this.crashed.has(node)) throw thrown; // Errors of a crashed node do not matter.
    }
  }

  private get faults(): ClusterUnderTest {
    if (this.cluster === undefined) throw new Error('There is a cluster only while a case runs.');
    return this.cluster;
  }

  private keepBeating(node: CatgaNode): void {
    const { nodeId, heartbeat } = node.options;
    let disarm = (): void => {};
    const arm = (): void => {
      disarm = this.clock.setTimer(heartbeat.intervalMs, () => {
        if (!node.isOpen) return;
        void node.beat().catch(() => {}); // In some cases the broker is away.
        arm();
      });
    };
    arm();
    this.beating.get(nodeId)?.();
    this.beating.set(nodeId, () => disarm());
  }
}

/** Types of changes, without heartbeats and without consecutive duplicates. */
export function turns(changes: readonly NodeChange[]): readonly NodeChange['type'][] {
  const types = changes.map(({ type }) => type).filter((type) => type !== 'updated');
  return types.filter((type, index) => type !== types[index - 1]);
}
