import { CatgaError } from '../../errors/catga-error.js';
import { callUserCode, describeThrown, warnOfUserCode } from '../../errors/user-code.js';
import type { NodeAddress } from '../../ports/links.js';
import type { EngineTime } from '../memory-engine.js';
import { noFrames } from './frame-event.js';
import type { FrameEvent, FrameFate } from './frame-event.js';
import { FrameLink } from './frame-link.js';
import { FrameTransit } from './frame-transit.js';
import type { NetworkEndpoint } from './network-endpoint.js';
import type { NetworkWeather } from './network-weather.js';

/** Carries frames between open endpoints, subject to cuts and faults. */
export class FrameExchange {
  readonly counts = noFrames();
  private readonly endpoints = new Map<string, NetworkEndpoint>();
  private readonly transit: FrameTransit;
  private hasWarned = false;

  constructor(
    private readonly weather: NetworkWeather,
    private readonly time: EngineTime,
    readonly maxFrameBytes: number,
    private readonly onFrame: ((event: FrameEvent) => void) | undefined,
  ) {
    this.transit = new FrameTransit(time.timetable);
  }

  /** `CATGA_CONFIGURATION` if the address is in use. */
  open(endpoint: NetworkEndpoint): void {
    const { nodeId, incarnation } = endpoint.address;
    const key = keyOf(endpoint.namespace, endpoint.address);
    if (this.endpoints.has(key)) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `Node '${nodeId}' of incarnation ${incarnation} is already on the network.`,
        { details: { nodeId, incarnation } },
      );
    }
    this.endpoints.set(key, endpoint);
  }

  isOpen(endpoint: NetworkEndpoint): boolean {
    return this.endpoints.get(keyOf(endpoint.namespace, endpoint.address)) === endpoint;
  }

  close(endpoint: NetworkEndpoint): void {
    if (this.isOpen(endpoint)) this.endpoints.delete(keyOf(endpoint.namespace, endpoint.address));
  }

  send(from: NetworkEndpoint, to: NodeAddress, frame: Uint8Array): void {
    this.note('sent', from, to, frame);
    const courses = this.weather.coursesOf(from.address.nodeId, to.nodeId);
    if (courses.length === 0) this.note('dropped', from, to, frame);
    if (courses.length > 1) this.note('duplicated', from, to, frame);
    const link = this.linkFrom(from, to);
    let copy = frame;
    for (const { delayMs, isHeldBack } of courses) {
      if (isHeldBack) {
        this.note('reordered', from, to, copy);
        link.carryAlone(copy, delayMs);
      } else {
        link.carry(copy, delayMs);
      }
      // Each listener gets its own copy.
      if (courses.length > 1) copy = frame.slice();
    }
  }

  private linkFrom(from: NetworkEndpoint, to: NodeAddress): FrameLink {
    const key = keyOf(from.namespace, to);
    let link = from.links.get(key);
    if (link === undefined) {
      link = new FrameLink(
        this.transit,
        () => this.time.clock.monotonicMs(),
        (frame) => this.arrive(from, to, key, frame),
      );
      from.links.set(key, link);
    }
    return link;
  }

  private arrive(from: NetworkEndpoint, to: NodeAddress, key: string, frame: Uint8Array): void {
    // A cut also drops frames in flight.
    if (this.weather.partitions.isCut(from.address.nodeId, to.nodeId)) {
      this.note('dropped', from, to, frame);
      return;
    }
    const target = this.endpoints.get(key);
    if (target === undefined || this.weather.partitions.isUnplugged(to.nodeId)) {
      this.note('unreachable', from, to, frame);
      from.links.delete(key);
      if (this.isOpen(from)) from.unreachable(to);
      return;
    }
    this.note('delivered', from, to, frame);
    target.received(frame);
  }

  private note(fate: FrameFate, from: NetworkEndpoint, to: NodeAddress, frame: Uint8Array): void {
    this.counts[fate]++;
    const event = { fate, from: from.address, to, frame, atMs: this.time.clock.monotonicMs() };
    callUserCode(() => this.onFrame?.(event), this.listenerFailed);
  }

  /** A failing listener does not affect the frame. */
  private readonly listenerFailed = (thrown: unknown): void => {
    if (this.hasWarned) return;
    this.hasWarned = true;
    warnOfUserCode(`onFrame of MemoryNetwork failed: ${describeThrown(thrown)}`);
  };
}

function keyOf(namespace: string, { nodeId, incarnation }: NodeAddress): string {
  return `${namespace}\n${nodeId}\n${incarnation}`;
}
