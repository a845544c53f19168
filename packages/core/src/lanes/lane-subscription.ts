import type { LogSubscription } from '../ports/durable-log.js';
import { afterThis, nextTurn } from '../time/next-turn.js';
import type { LaneEvent } from './event-frame.js';
import type { HandlerPlaces } from './handler-places.js';
import { LaneDelivery } from './lane-delivery.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { LaneEntry } from './lane-entry.js';
import type { LaneShare } from './lane-share.js';
import type { Quarantine } from './quarantine.js';

/** Maximum number of events begun per turn of the event loop. */
const BEGINS_PER_TURN = 256;

/** This node's consumer of a subscription, over all lanes that it owns. */
export class LaneSubscription {
  readonly id: string;
  readonly kind: LogSubscription['kind'];
  isStopped = false;
  /** Whether it is paused and begins no events. */
  isPaused = false;
  private readonly names: ReadonlySet<string>;
  /** Shares that may have events to begin, round-robin. */
  private readonly active: LaneShare[] = [];
  private turn = 0;
  private begunInTurn = 0;
  private isScheduled = false;

  constructor(
    readonly wanted: LogSubscription,
    public registered: RegisteredSubscription,
    readonly group: string,
    private readonly places: HandlerPlaces,
    private readonly quarantine: Quarantine,
    private readonly nowMs: () => number,
    readonly after: (delayMs: number, run: () => void) => void,
  ) {
    this.id = wanted.id;
    this.kind = wanted.kind;
    this.names = new Set(wanted.names);
    places.schedule = () => this.schedule();
  }

  wants({ message, target, problem }: LaneEvent): boolean {
    if (target !== undefined) return target === this.id;
    if (problem !== undefined) return true;
    return this.names.has(message.name) && message.kind === this.kind;
  }

  /** Whether an event is left for the next owner: its name was added by a later deployment, and this node does not know it. */
  leaves({ message, target }: LaneEvent): boolean {
    return target === undefined && message.kind === this.kind && this.registered.names.includes(message.name);
  }

  /** Checks whether a share has suspects. */
  look(share: LaneShare): void {
    this.quarantine.look(share);
  }

  /** Activates a share that may have events to begin. */
  activate(share: LaneShare): void {
    if (share.suspectsEnd > 0) this.look(share);
    if (!share.isActive) {
      share.isActive = true;
      this.active.push(share);
    }
    this.schedule();
  }

  deliver(share: LaneShare, entry: LaneEntry): void {
    const delivery = new LaneDelivery(share, entry, entry.isFresh);
    this.places.take();
    share.begin(delivery);
    this.places.hand(delivery);
  }

  /** Called when an event has ended. */
  ended(share: LaneShare, entry: LaneEntry): void {
    this.places.leave();
    this.quarantine.ended(share, entry);
    if (this.active.length > 0 || this.places.areWaitedFor) this.schedule();
  }

  /** Schedules the next begin: never synchronously within a read or settlement, and with turns of the event loop in between. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    if (this.begunInTurn < BEGINS_PER_TURN) afterThis(this.begin);
    else void nextTurn().then(this.beginInNewTurn);
  }

  private readonly beginInNewTurn = (): void => {
    this.begunInTurn = 0;
    this.begin();
  };

  private readonly begin = (): void => {
    this.isScheduled = false;
    const nowMs = this.nowMs();
    const beginOfLanes = (): boolean => this.beginNext(nowMs);
    while (this.places.areFree) {
      if (this.begunInTurn >= BEGINS_PER_TURN) return this.schedule();
      if (!this.places.beginNext(beginOfLanes)) return;
      this.begunInTurn++;
    }
  };

  private beginNext(nowMs: number): boolean {
    const { active } = this;
    while (active.length > 0 && !this.quarantine.isOn && !this.isPaused) {
      if (this.turn >= active.length) this.turn = 0;
      const share = active[this.turn];
      const entry = share?.takeReady(nowMs);
      if (share !== undefined && entry !== undefined) {
        this.turn++;
        this.deliver(share, entry);
        return true;
      }
      active.splice(this.turn, 1);
      if (share !== undefined) share.isActive = false;
    }
    return false;
  }
}
