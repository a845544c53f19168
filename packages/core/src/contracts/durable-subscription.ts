import type { MessageKind } from './envelope.js';

/**
 * Durable subscription of a handler of reliable events, or command queue, as stored by the engine even without a consumer.
 *
 * @publicApi
 */
export interface DurableSubscription {
  /** `service.handler`, or `queue.` and the wire name of a command. */
  readonly id: string;
  readonly kind: Exclude<MessageKind, 'query'>;
  /** Wire names of its messages. */
  readonly names: readonly string[];
  /** Number of unsettled messages, including those in progress. */
  readonly waiting: number;
  /** Whether it is paused: no node hands its messages to a handler. Absent on engines that cannot pause. */
  readonly isPaused?: boolean;
  /** Its backlog by state. Absent on engines that do not know it. */
  readonly lag?: SubscriptionLag;
  /** Its progress per lane; absent for a queue of commands that was never given a key. */
  readonly lanes?: readonly SubscriptionLane[];
}

/**
 * Backlog of a durable subscription or a queue of commands, as of the last recorded progress. Large backlogs are estimated.
 *
 * @publicApi
 */
export interface SubscriptionLag {
  /** Number of messages that wait for a handler, or for an earlier message of their key. */
  readonly due: number;
  /** Number of failed messages that wait for their next attempt, and of queued commands whose delay has not passed. */
  readonly delayed: number;
  /** Number of messages in progress. On NATS a failed command without a key is among them until its next attempt. */
  readonly handling: number;
  /**
   * Age of the oldest unsettled message, by the clocks of its publisher and this node, in milliseconds; undefined if there is none.
   * Queued commands without a key do not count.
   */
  readonly oldestDueMs: number | undefined;
}

/**
 * Progress of a durable subscription in one lane.
 *
 * @publicApi
 */
export interface SubscriptionLane {
  readonly lane: number;
  /** Node id of the owner; undefined if no node owns the lane. */
  readonly owner: string | undefined;
  /** Number of owners so far. */
  readonly epoch: number;
  /** Position of the first frame that is not settled. */
  readonly floor: number;
  /** Position of the last stored frame. */
  readonly last: number;
}
