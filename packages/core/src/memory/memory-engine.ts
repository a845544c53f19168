import type { LaneParts } from '../lanes/lane-engine.js';
import type { Engine, EngineClient, EngineConnection } from '../ports/engine.js';
import { Timetable } from '../time/timetable.js';
import { EngineClock } from './engine-clock.js';
import { MemoryConnection } from './memory-connection.js';
import { resolveMemoryEngineOptions } from './memory-engine-options.js';
import type { MemoryEngineOptions, ResolvedMemoryEngineOptions } from './memory-engine-options.js';
import { MemoryNamespace } from './memory-namespace.js';

export type { MemoryEngineOptions } from './memory-engine-options.js';

/**
 * An engine in this process: nothing to install, every promise of a broker except that what it keeps ends with the
 * process. The returned object holds the messages and records as a broker would: a node that connects to it again
 * finds them again, and two engines never meet.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for options that make no sense
 * @publicApi
 */
export function memory(options: MemoryEngineOptions = {}): Engine {
  return new MemoryEngine(resolveMemoryEngineOptions(options));
}

/** Holds what nodes share: the namespaces, and the time they go by. */
export class MemoryEngine implements Engine {
  readonly name: string = 'memory';
  readonly capabilities = Object.freeze({
    requests: Object.freeze([0, 1, 2] as const),
    events: Object.freeze([0, 1, 2] as const),
    queues: true,
  });
  private readonly namespaces = new Map<string, MemoryNamespace>();
  private readonly connections = new Set<EngineConnection>();
  private time: EngineTime | undefined;

  constructor(private readonly options: ResolvedMemoryEngineOptions) {}

  /** @param wrap what stands between a node and its durable messages */
  connect(client: EngineClient, wrap?: (parts: LaneParts) => LaneParts): Promise<MemoryConnection> {
    const { clock, timetable } = this.timeFor(client);
    let namespace = this.namespaces.get(client.namespace);
    if (namespace === undefined) {
      namespace = new MemoryNamespace(this.options, clock, timetable);
      this.namespaces.set(client.namespace, namespace);
    }
    const onClosed = (): void => {
      this.connections.delete(connection);
      if (this.connections.size === 0) clock.sleep();
    };
    const connection: MemoryConnection = new MemoryConnection(client, namespace, onClosed, wrap);
    this.connections.add(connection);
    clock.wake();
    return Promise.resolve(connection);
  }

  /** Loses what is durable in lanes, in all namespaces, as a broker without a disk does when it restarts. */
  forgetLanes(): void {
    for (const namespace of this.namespaces.values()) namespace.forgetLanes();
  }

  /** The first client's clock is the engine's, for all of its life: leases are never compared by two clocks. */
  timeFor(client: EngineClient): EngineTime {
    if (this.time === undefined) {
      const clock = new EngineClock(client.clock);
      this.time = { clock, timetable: new Timetable(clock) };
    }
    return this.time;
  }
}

/** The time of an engine, which stands still while nobody is connected. */
export interface EngineTime {
  readonly clock: EngineClock;
  readonly timetable: Timetable;
}
