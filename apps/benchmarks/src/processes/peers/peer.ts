/** What both sides of a contender are told. */
export interface PeerSettings {
  /** Where the broker listens: `nats://host:port`, `redis://host:port`. */
  readonly url: string;
  /** Where the database listens, for peers that use one. */
  readonly databaseUrl?: string;
  /** Where a Redis listens, for peers that use it beside another broker. */
  readonly redisUrl?: string;
  /** Keeps contenders that run at the same time apart. */
  readonly namespace: string;
  /** Which of the handling processes it is, from 0; the requesting one is -1. */
  readonly index: number;
  /** How many processes handle. */
  readonly nodes: number;
  /** Catga: the quality of service of requests. */
  readonly qos?: 0 | 1 | 2;
  /** Catga: `false` sends each turn's frame at once, without the window. */
  readonly holdsFrames?: boolean;
  /** The client itself: `false` keeps it from capturing a stack trace for each request. */
  readonly tracesRequests?: boolean;
  /** Catga: times the calls of the record of ids. */
  readonly timesSteps?: boolean;
  /** What is stored: events, or commands that one of the handlers takes off a queue. */
  readonly stores?: 'events' | 'commands';
  /** Among how many keys stored events are spread; without it they have none. */
  readonly keys?: number;
  /** How many events a handler takes at a time; without it as many as by default. */
  readonly concurrency?: number;
  /** How long a handler waits before it answers, in milliseconds. */
  readonly handlerMs?: number;
  /** How many commands a saga sends, one after the other. */
  readonly steps?: number;
  /** How many messages an inbox knows before the first claim, or events a store has. */
  readonly rows?: number;
  /** Whether the last of so many rows are read; the first otherwise. */
  readonly isAtTheEnd?: boolean;
  /** Whether ids of messages are random; they grow with time otherwise. */
  readonly isRandom?: boolean;
}

/** What every request carries and every answer gives back: some 128 bytes of JSON. */
export interface Placed {
  readonly id: number;
  readonly note: string;
}

/** The side that asks. */
export interface RequestingSide {
  /** One request; resolves with its answer. */
  send(id: number): Promise<unknown>;
  /** So many requests at once, as an application would that has them in hand; resolves when all are answered. */
  sendMany?(from: number, count: number): Promise<readonly unknown[]>;
  /** One event, to be counted by the handling side. */
  publish?(id: number): unknown;
  /** One message; resolves with the time from its commit until its handler runs, in milliseconds. */
  sendUntilHandled?(id: number): Promise<number>;
  /** Stores so many messages for later, then sends them. */
  drain?(messages: number): Promise<Drained>;
  close(): Promise<void>;
}

/** What sending of stored messages took. */
export interface Drained {
  /** On the clock that the processes of a machine share. */
  readonly startMs: number;
  readonly endMs: number;
  readonly memory: MemoryUse;
}

/** What the process had before, and at most, in bytes. */
export interface MemoryUse {
  readonly heapBefore: number;
  readonly heapPeak: number;
  readonly rssBefore: number;
  readonly rssPeak: number;
}

/** The side that answers. */
export interface HandlingSide {
  /** Called for each event; whoever counts them puts a function here. */
  onEvent?: () => void;
  /** Where the time of a request went since the last call; only where it is taken. */
  steps?(): StepTimes;
  close(): Promise<void>;
}

/** Sums over all requests, in milliseconds. */
export interface StepTimes {
  readonly requests: number;
  /** From the call of `send` until the claim is asked for. */
  readonly there: number;
  readonly claim: number;
  readonly handler: number;
  readonly complete: number;
}

/** One way to send requests. */
export interface Peer {
  request(settings: PeerSettings): Promise<RequestingSide>;
  /** Absent where nobody handles: the broker is the other side. */
  handle?(settings: PeerSettings): Promise<HandlingSide>;
}

/** Brings a message to some 128 bytes of JSON. */
export const NOTE = 'n'.repeat(100);

/** What a handler does: nothing, or wait. */
export async function handled({ id, note }: Placed, handlerMs: number | undefined): Promise<Placed> {
  if (handlerMs !== undefined) await new Promise<void>((resolve) => void setTimeout(resolve, handlerMs));
  return { id, note };
}

/** Whether a stored message counts: the first only shows that there is an answer. */
export function isCounted({ id, note }: Placed): boolean {
  return id > 1 && note === NOTE;
}

/** All peers of a broker by their names, each loaded only in the processes that use it. */
export type Peers = Readonly<Record<string, () => Promise<Peer>>>;
