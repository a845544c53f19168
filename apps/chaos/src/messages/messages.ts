import { Command, Message, Query, ReliableEvent } from '@catga/nestjs';
import type { CatgaRequest } from '@catga/nestjs';
import type { Kind } from '../promises/kinds.js';
import type { Instruction } from './instruction.js';

/** How long one attempt of an event's or a queued command's handler may take, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 8000;
/** A query is sent once: one that is lost is waited for so long, and no scenario takes longer. */
const QUERY_TIMEOUT_MS = 6000;

/** What every message of the chaos run says. */
export interface Task {
  readonly id: string;
  readonly key: string;
  readonly instruction: Instruction;
}

@Message({ name: 'chaos.look', timeoutMs: QUERY_TIMEOUT_MS })
export class Look extends Query<string> implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {
    super();
  }
}

@Message({ name: 'chaos.place' })
export class Place extends Command<string> implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {
    super();
  }
}

@Message({ name: 'chaos.charge', qos: 2 })
export class Charge extends Command<string> implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {
    super();
  }
}

@Message({ name: 'chaos.pack', key: 'key', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Pack extends Command<string> implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {
    super();
  }
}

@Message({ name: 'chaos.seen', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Seen implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {}
}

@ReliableEvent()
@Message({ name: 'chaos.shipped', key: 'key', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Shipped implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {}
}

@ReliableEvent({ qos: 2 })
@Message({ name: 'chaos.paid', key: 'key', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Paid implements Task {
  constructor(
    readonly id: string,
    readonly key: string,
    readonly instruction: Instruction,
  ) {}
}

type TaskClass = new (id: string, key: string, instruction: Instruction) => Task;
type RequestClass = new (id: string, key: string, instruction: Instruction) => CatgaRequest<string> & Task;

/** The classes of what is sent and answered. */
export const REQUESTS = { query: Look, command: Place, 'command-qos2': Charge } as const satisfies Partial<
  Record<Kind, RequestClass>
>;

/** The classes of what is published. */
export const EVENTS = { event: Seen, reliable: Shipped, 'reliable-qos2': Paid } as const satisfies Partial<
  Record<Kind, TaskClass>
>;
