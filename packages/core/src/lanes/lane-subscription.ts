import type { LogSubscription } from '../ports/durable-log.js';
import { afterThis, nextTurn } from '../time/next-turn.js';
import type { LaneEvent } from './event-frame.js';
import type { HandlerPlaces } from './handler-places.js';
import { LaneDelivery } from './lane-delivery.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { LaneEntry } from './lane-entry.js';
import type { LaneShare } from './lane-share.js';
import type { Quarantine } from './quarantine.js';

/** How many events begin before timers, input and output get their turn. */
const BEGINS_PER_TURN = 256;

/** This node's part in a subscription: what it handles at a time, over all lanes that it owns. */
export class LaneSubscription {
  readonly id: string;
  readonly kind: LogSubscription['kind'];
  isStopped = false;
  /** Begins nothing; its events wait where they are. */
  isPaused = false;
  private readonly names: ReadonlySet<string>;
  /** Those that may have something to begin, in turns. */
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

  /** Whether an event is for the next owner: of a name that a later deployment has added, and that this node does not know. */
  leaves({ message, target }: LaneEvent): boolean {
    return target === undefined && message.kind === this.kind && this.registered.names.includes(message.name);
  }

  /** Whether a share has suspects may have changed. */
  look(share: LaneShare): void {
    this.quarantine.look(share);
  }

  /** A share may have something to begin. */
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

  /** An event has ended, however. */
  ended(share: LaneShare, entry: LaneEntry): void {
    this.places.leave();
    this.quarantine.ended(share, entry);
    if (this.active.length > 0 || this.places.areWaitedFor) this.schedule();
  }

  /** Never within the call of whoever reads or settles; and never so often in a row that the event loop does not get on. */
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
