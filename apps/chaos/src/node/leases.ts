/** How long what a process holds outlives it, and how long callers wait, in milliseconds. */
export interface Leases {
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  /** Of an id. */
  readonly leaseMs: number;
  /** Of a command that a node took from a queue of NATS. */
  readonly ackWaitMs: number;
  /** Of a request: longer than all others. */
  readonly requestTimeoutMs: number;
}

/** A third of the defaults, about: faults are shorter, on a busy machine too. */
export const LEASES: Leases = {
  heartbeat: { intervalMs: 1500, timeoutMs: 5000 },
  leaseMs: 10_000,
  ackWaitMs: 6000,
  requestTimeoutMs: 30_000,
};

/** For faults that last longer than every lease. */
export const SHORT_LEASES: Leases = {
  heartbeat: { intervalMs: 400, timeoutMs: 2000 },
  leaseMs: 3000,
  ackWaitMs: 2000,
  requestTimeoutMs: 15_000,
};
