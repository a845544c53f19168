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
 * In-process engine: nothing to install, with every guarantee of a broker except that its data ends with the process.
 * The returned object holds messages and records as a broker would: a node that reconnects to it finds them again. Two
 * engines share nothing.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options
 * @publicApi
 */
export function memory(options: MemoryEngineOptions = {}): Engine {
  return new MemoryEngine(resolveMemoryEngineOptions(options));
}

/** Namespaces and clock, shared by all connected nodes. */
export class MemoryEngine implements Engine {
  readonly name: string = 'memory';
  readonly capabilities = Object.freeze({
    requests: Object.freeze([0, 1, 2] as const),
    events: Object.freeze([0, 1, 2] as const),
    queues: true,
    streams: true,
  });
  private readonly namespaces = new Map<string, MemoryNamespace>();
  private readonly connections = new Set<EngineConnection>();
  private time: EngineTime | undefined;

  constructor(private readonly options: ResolvedMemoryEngineOptions) {}

  /** @param wrap replaces the parts under a node's durable messages */
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

  /** Loses the lanes of all namespaces, as a broker without a disk does when it restarts. */
  forgetLanes(): void {
    for (const namespace of this.namespaces.values()) namespace.forgetLanes();
  }

  /** The first client's clock, for the life of the engine: leases are never compared by two clocks. */
  timeFor(client: EngineClient): EngineTime {
    if (this.time === undefined) {
      const clock = new EngineClock(client.clock);
      this.time = { clock, timetable: new Timetable(clock) };
    }
    return this.time;
  }
}

/** Clock and timers of an engine; timers run only while a client is connected. */
export interface EngineTime {
  readonly clock: EngineClock;
  readonly timetable: Timetable;
}
