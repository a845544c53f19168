import { CatgaError } from '../../errors/catga-error.js';
import type { Engine, EngineClient, EngineConnection } from '../../ports/engine.js';
import { MemoryEngine } from '../memory-engine.js';
import { checkedOptions } from '../../options/checked-options.js';
import { noFrames } from './frame-event.js';
import type { FrameCounts } from './frame-event.js';
import { FrameExchange } from './frame-exchange.js';
import { linkFaultsSchema } from './link-faults.js';
import type { LinkFaults, ResolvedLinkFaults } from './link-faults.js';
import { resolveMemoryNetworkOptions } from './memory-network-options.js';
import type { MemoryNetworkOptions, ResolvedMemoryNetworkOptions } from './memory-network-options.js';
import { gatedParts } from './gated-lanes.js';
import { NodeGate } from './node-gate.js';
import { NetworkConnection } from './network-connection.js';
import { NetworkWeather } from './network-weather.js';

/**
 * In-process engine whose nodes form a cluster: all nodes of one network share its storage and send each other frames.
 * Tests can inject the faults of real networks and machines.
 *
 * Faults apply to frames only; the log, the stores and the directory are always reachable, except by a paused or
 * crashed node. Nodes are addressed by id, whatever their namespace; nodes of different namespaces do not see each
 * other. The clock of the first node that connects is the clock of the network.
 *
 * @publicApi
 */
export class MemoryNetwork implements Engine {
  readonly name = 'memory-network';
  readonly capabilities: Engine['capabilities'];
  private readonly options: ResolvedMemoryNetworkOptions;
  private readonly storage: MemoryEngine;
  private readonly weather: NetworkWeather;
  private readonly connections = new Map<string, Set<NetworkConnection>>();
  private exchange: FrameExchange | undefined;

  /** @throws CatgaError `CATGA_CONFIGURATION` for invalid options */
  constructor(options: MemoryNetworkOptions = {}) {
    const resolved = resolveMemoryNetworkOptions(options);
    this.options = resolved;
    this.storage = new MemoryEngine(resolved);
    this.capabilities = this.storage.capabilities;
    this.weather = new NetworkWeather(resolved.seed, resolved.faults);
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const { maxFrameBytes, onFrame } = this.options;
    const time = this.storage.timeFor(client);
    const exchange = (this.exchange ??= new FrameExchange(this.weather, time, maxFrameBytes, onFrame));
    const gate = new NodeGate();
    const storage = await this.storage.connect(client, (parts) => gatedParts(parts, gate));
    const connection = new NetworkConnection(client, storage, gate, exchange, () =>
      this.remove(client.nodeId, connection),
    );
    const ofNode = this.connections.get(client.nodeId);
    if (ofNode === undefined) this.connections.set(client.nodeId, new Set([connection]));
    else ofNode.add(connection);
    return connection;
  }

  /** Seed of the random faults: print it when a test fails, to replay the same faults. */
  get seed(): number {
    return this.options.seed;
  }

  /** Counts of frames so far, by fate. */
  get frames(): FrameCounts {
    return this.exchange?.counts ?? noFrames();
  }

  /** Ids of the connected nodes, paused ones included. */
  get connectedNodes(): readonly string[] {
    return [...this.connections.keys()];
  }

  /** Drops all frames from one node to another, including those in flight, until healed. Nobody is told. */
  cut(from: string, to: string, { bothWays = false }: LinkDirection = {}): void {
    this.weather.partitions.cut(from, to);
    if (bothWays) this.weather.partitions.cut(to, from);
  }

  /** Cuts a node off from all others, both ways. It still reaches the storage, including its directory record. */
  isolate(nodeId: string): void {
    this.weather.partitions.isolate(nodeId);
  }

  /**
   * Simulates a node's lost broker connection, until healed: its frames are lost, senders to it are told that it is
   * unreachable, and the node itself that its broker is. It still reaches the storage, including its directory record.
   */
  unplug(nodeId: string): void {
    this.weather.partitions.unplug(nodeId);
    for (const connection of this.connections.get(nodeId) ?? []) connection.unplugged();
  }

  /** Undoes every cut, isolation and unplugging. */
  heal(): void;
  /** Undoes every cut from and to a node, its isolation and its unplugging. */
  heal(nodeId: string): void;
  /** Undoes one cut. */
  heal(from: string, to: string, direction?: LinkDirection): void;
  heal(node?: string, to?: string, { bothWays = false }: LinkDirection = {}): void {
    const { partitions } = this.weather;
    if (node === undefined) partitions.healAll();
    else if (to === undefined) partitions.healNode(node);
    else {
      partitions.heal(node, to);
      if (bothWays) partitions.heal(to, node);
    }
    this.tellPluggedIn();
  }

  /**
   * Sets the random faults of frames sent from now on, on every link without faults of its own. `{}` ends them.
   * `CATGA_CONFIGURATION` for invalid rates and delays.
   */
  setFaults(faults: LinkFaults): void {
    this.weather.setFaults(resolveFaults(faults));
  }

  /** Sets the faults of one link, one way. With undefined, the faults of all links apply again. */
  setLinkFaults(from: string, to: string, faults: LinkFaults | undefined): void {
    this.weather.setFaultsOf(from, to, faults && resolveFaults(faults));
  }

  /**
   * Pauses a node as SIGSTOP does: frames, deliveries and directory changes for it wait, and so do its own frames,
   * heartbeats and engine calls, `close` included. To all others it is silent.
   * @throws CatgaError `CATGA_NODE_NOT_FOUND` if it is not connected
   */
  pause(nodeId: string): void {
    for (const connection of this.connected(nodeId)) connection.pause();
  }

  /** Resumes a paused node: held-back work goes on in order. No effect if it is not paused. */
  resume(nodeId: string): void {
    for (const connection of this.connections.get(nodeId) ?? []) connection.resume();
  }

  /**
   * Crashes a node as SIGKILL does: senders to it are told that it is unreachable, its directory record stays until it
   * expires, and its unsettled messages go back to the log. Work held back at a paused node is lost; frames it already
   * sent are not. Its old connection rejects with `CATGA_ENGINE_UNAVAILABLE` from now on and has no effect; a node of
   * the same id may connect again.
   * @throws CatgaError `CATGA_NODE_NOT_FOUND` if it is not connected
   */
  crash(nodeId: string): void {
    for (const connection of this.connected(nodeId)) connection.crash();
  }

  /** Heals every link, ends every fault and resumes every paused node. */
  restore(): void {
    this.weather.clear(resolveFaults({}));
    this.tellPluggedIn();
    for (const nodeId of this.connectedNodes) this.resume(nodeId);
  }

  private tellPluggedIn(): void {
    for (const [nodeId, ofNode] of this.connections) {
      if (this.weather.partitions.isUnplugged(nodeId)) continue;
      for (const connection of ofNode) connection.pluggedIn();
    }
  }

  private connected(nodeId: string): readonly NetworkConnection[] {
    const ofNode = this.connections.get(nodeId);
    if (ofNode !== undefined) return [...ofNode];
    const present = this.connectedNodes;
    throw new CatgaError(
      'CATGA_NODE_NOT_FOUND',
      `Node '${nodeId}' is not on the network; connected: ${present.join(', ') || 'none'}.`,
      { details: { nodeId, present } },
    );
  }

  private remove(nodeId: string, connection: NetworkConnection): void {
    const ofNode = this.connections.get(nodeId);
    ofNode?.delete(connection);
    if (ofNode?.size === 0) this.connections.delete(nodeId);
  }
}

/** Direction of a cut or its healing. */
export interface LinkDirection {
  /** @defaultValue false */
  readonly bothWays?: boolean;
}

function resolveFaults(faults: LinkFaults): ResolvedLinkFaults {
  return checkedOptions('The faults of a link', linkFaultsSchema, faults);
}
