import type { NodeInfo } from '../contracts/node-info.js';

/** What is known of a request when its node is chosen. */
export interface RoutingRequest {
  /** The wire name. */
  readonly name: string;
  /** What the caller or the message says that requests which belong together share. */
  readonly key: string | undefined;
  /** The node that sends it. */
  readonly selfNodeId: string;
}

/** A node that handles the request. */
export interface RoutingCandidate {
  /** As it last reported itself. */
  readonly node: NodeInfo;
  /** How many requests this sender has unanswered at it, at this moment. */
  readonly inFlightHere: number;
}

/**
 * Chooses the node that a request goes to.
 *
 * Contract: `candidates` holds at least one, in an order that stays the same while nodes come and go; the result is one
 * of them. It is asked once for each request, and again with the nodes that are left if the first choice fails: it must
 * be quick, answer at once, and must not keep `candidates`. One application has one instance. A request is rejected with
 * what `select` throws, and with `CATGA_CONFIGURATION` if the result is none of the candidates, or a promise.
 *
 * @publicApi
 */
export interface RoutingStrategy {
  select(request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate;
}
