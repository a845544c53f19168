import { Command, Message, Query, ReliableEvent } from '@catga/nestjs';
import type { CatgaRequest } from '@catga/nestjs';
import { monotonicMs } from '../sides/monotonic.js';
import { NOTE } from './peer.js';
import type { Placed } from './peer.js';

/** QoS 0. */
@Message({ name: 'bench.look' })
export class Look extends Query<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

/** QoS 1. */
@Message({ name: 'bench.place' })
export class Place extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

/** QoS 2. `sentMs` is read by {@link timedSteps}. */
@Message({ name: 'bench.charge', qos: 2 })
export class Charge extends Command<Placed> {
  constructor(
    readonly id: number,
    readonly note: string,
    readonly sentMs: number,
  ) {
    super();
  }
}

/** QoS 0. */
@Message({ name: 'bench.happened' })
export class Happened {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {}
}

/** Stored, QoS 1. */
@ReliableEvent()
@Message({ name: 'bench.recorded' })
export class Recorded {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {}
}

/** Stored, QoS 2. */
@ReliableEvent({ qos: 2 })
@Message({ name: 'bench.recorded-once' })
export class RecordedOnce {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {}
}

/** Queued. */
@Message({ name: 'bench.queued' })
export class Queued extends Command {
  constructor(
    readonly id: number,
    readonly note: string,
  ) {
    super();
  }
}

const MAKERS: readonly ((id: number) => CatgaRequest<Placed>)[] = [
  (id) => new Look(id, NOTE),
  (id) => new Place(id, NOTE),
  (id) => new Charge(id, NOTE, monotonicMs()),
];

/** Makes the request of a quality of service. */
export function requestsOf(qos: 0 | 1 | 2): (id: number) => CatgaRequest<Placed> {
  return MAKERS[qos] ?? ((id) => new Place(id, NOTE));
}
