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
 * An engine in this process whose nodes form a cluster: all that connect to one network share what it stores and send
 * each other frames. A test can do to it what happens to real networks and machines.
 *
 * Faults are for frames only; the log, the stores and the directory are always reached, except by a node that is
 * paused or has crashed. Nodes are meant by their id, whichever namespace they are in; those of different namespaces
 * do not meet. The clock of the first node that connects is that of the network.
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

  /** @throws CatgaError `CATGA_CONFIGURATION` for options that make no sense */
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

  /** What chance goes by: print it when a test fails, to run the same faults again. */
  get seed(): number {
    return this.options.seed;
  }

  /** What has become of frames so far. */
  get frames(): FrameCounts {
    return this.exchange?.counts ?? noFrames();
  }

  /** The ids of the nodes that are connected, paused ones included. */
  get connectedNodes(): readonly string[] {
    return [...this.connections.keys()];
  }

  /** Nothing from one node reaches the other, what is under way included, until it is healed. Nobody is told. */
  cut(from: string, to: string, { bothWays = false }: LinkDirection = {}): void {
    this.weather.partitions.cut(from, to);
    if (bothWays) this.weather.partitions.cut(to, from);
  }

  /** Cuts a node off from all others, both ways. It still reaches what the engine stores, its directory record included. */
  isolate(nodeId: string): void {
    this.weather.partitions.isolate(nodeId);
  }

  /**
   * Takes a node's plug out, as a lost connection to a broker does: what it sends is lost, and whoever sends to it hears
   * that it is unreachable, and the node itself that its broker is out of reach, until it is healed. It still reaches what the engine stores, its directory record included.
   */
  unplug(nodeId: string): void {
    this.weather.partitions.unplug(nodeId);
    for (const connection of this.connections.get(nodeId) ?? []) connection.unplugged();
  }

  /** Undoes every cut and isolation, and puts every plug in again. */
  heal(): void;
  /** Undoes the isolation of a node, and every cut from and to it, and puts its plug in again. */
  heal(nodeId: string): void;
  /** Undoes a cut. */
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
   * What happens by chance to frames that are sent from now on, on every link that has no faults of its own.
   * `{}` ends it. `CATGA_CONFIGURATION` for rates and delays that make no sense.
   */
  setFaults(faults: LinkFaults): void {
    this.weather.setFaults(resolveFaults(faults));
  }

  /** The same for one link, one way. Undefined: what happens everywhere. */
  setLinkFaults(from: string, to: string, faults: LinkFaults | undefined): void {
    this.weather.setFaultsOf(from, to, faults && resolveFaults(faults));
  }

  /**
   * Stops a node as SIGSTOP does: frames, deliveries and directory changes for it wait; so do its own frames and
   * heartbeats, and whatever it asks of the engine, closing included. To everyone else it looks as if it were silent.
   * @throws CatgaError `CATGA_NODE_NOT_FOUND` if it is not connected
   */
  pause(nodeId: string): void {
    for (const connection of this.connected(nodeId)) connection.pause();
  }

  /** Wakes a paused node: what waited goes on in its order. No effect on any other. */
  resume(nodeId: string): void {
    for (const connection of this.connections.get(nodeId) ?? []) connection.resume();
  }

  /**
   * Takes a node off the network without a goodbye, as SIGKILL does: whoever sends to it hears that it is unreachable,
   * its directory record stays until it lapses, and what it took from the log and did not settle goes back. What waits
   * at a paused node is lost; what it sent is not. Its old connection rejects with `CATGA_ENGINE_UNAVAILABLE` from now
   * on and has no effect; a node of the same id may connect again.
   * @throws CatgaError `CATGA_NODE_NOT_FOUND` if it is not connected
   */
  crash(nodeId: string): void {
    for (const connection of this.connected(nodeId)) connection.crash();
  }

  /** Fine weather: heals every link, ends every fault, wakes every paused node. */
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

/** Whether a cut or its healing is meant for the way back, too. */
export interface LinkDirection {
  /** @defaultValue false */
  readonly bothWays?: boolean;
}

function resolveFaults(faults: LinkFaults): ResolvedLinkFaults {
  return checkedOptions('The faults of a link', linkFaultsSchema, faults);
}
