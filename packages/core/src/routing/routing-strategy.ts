import type { NodeInfo } from '../contracts/node-info.js';

/** Request to route. */
export interface RoutingRequest {
  /** The wire name. */
  readonly name: string;
  /** Key of the message or the call. */
  readonly key: string | undefined;
  /** Id of the sending node. */
  readonly selfNodeId: string;
}

/** Candidate: a node that handles the request. */
export interface RoutingCandidate {
  /** Its latest record. */
  readonly node: NodeInfo;
  /** Number of this sender's unanswered requests at it. */
  readonly inFlightHere: number;
}

/**
 * Routing strategy: chooses the node of a request.
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
