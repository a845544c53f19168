import { randomUUID } from 'node:crypto';
import type { MessageType } from '../contracts/message-type.js';
import type { SaidSendOptions } from '../contracts/said-headers.js';
import type { KnownNode } from '../discovery/known-node.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { shuttingDownError } from '../errors/message-errors.js';
import type { Cause } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { CallPolicies, PolicedCalls } from '../pipeline/resilience/call-policies.js';
import type { ClusterGateway } from '../cluster/cluster-gateway.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import { PolicedCall } from '../pipeline/resilience/policed-call.js';
import type { AttemptOptions } from '../pipeline/resilience/policed-call.js';
import type { RequestDispatcher } from './request-dispatcher.js';
import type { RequestRoute } from '../handlers/routes.js';

/** What routing needs of the node. */
export interface RouterServices {
  readonly nodeId: string;
  /** Whether what can be handled here is. */
  readonly isLocalFirst: boolean;
  readonly types: MessageRegistry;
  readonly nodes: NodeRegistry;
  readonly dispatcher: RequestDispatcher;
  /** What stands around sending. */
  readonly policies: CallPolicies;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Whether new work is taken. */
  readonly isOpen: () => boolean;
  /** The way to other nodes, where the engine has one. */
  gateway(): ClusterGateway | undefined;
}

/** Where one attempt at a request goes. */
type Way = (attempt: AttemptOptions) => Promise<unknown>;

/** Takes a request to its handler: here, or on the node that routing chooses. */
export class RequestRouter {
  constructor(private readonly services: RouterServices) {}

  /** @param route to the handler here, if there is one */
  send(
    route: RequestRoute | undefined,
    request: object,
    options: SaidSendOptions,
    cause?: Cause,
  ): Promise<unknown> {
    const policed = this.policiesOf(route, request);
    if (policed === undefined) return this.sendOnce(route, request, options, cause);
    const way: Way = (attempt) => this.sendOnce(route, request, attempt, cause);
    return this.sendUnder(policed, way, route, request, options, cause);
  }

  /** Sends a request to one node and no other. */
  sendToNode(
    nodeId: string,
    route: RequestRoute | undefined,
    request: object,
    options: SaidSendOptions,
  ): Promise<unknown> {
    const policed = this.policiesOf(route, request);
    if (policed === undefined) return this.sendOnceToNode(nodeId, route, request, options);
    const way: Way = (attempt) => this.sendOnceToNode(nodeId, route, request, attempt);
    return this.sendUnder(policed, way, route, request, options);
  }

  private policiesOf(route: RequestRoute | undefined, request: object): PolicedCalls | undefined {
    const { types, policies } = this.services;
    try {
      return policies.of(route?.type ?? types.typeOfMessage(request));
    } catch {
      return undefined; // A message that cannot be described is refused where it is sent.
    }
  }

  /** All attempts at a request have one id and one deadline. */
  private sendUnder(
    { run, repeats }: PolicedCalls,
    way: Way,
    route: RequestRoute | undefined,
    request: object,
    options: SaidSendOptions,
    cause?: Cause,
  ): Promise<unknown> {
    const { types, clock, newId, isOpen, nodeId } = this.services;
    const type = route?.type ?? types.typeOfMessage(request);
    const messageId = options.messageId ?? (repeats ? unguessable(newId()) : undefined);
    const timeoutMs = this.timeoutMs(type, route, options, cause);
    const call = new PolicedCall(type.name, options, messageId, timeoutMs, clock, (attempt) =>
      // What a running handler sends is part of work that a stopping node sees through.
      isOpen() || cause !== undefined ? way(attempt) : Promise.reject(shuttingDownError(type.name, nodeId)),
    );
    return run(call);
  }

  /** How long the caller waits, wherever the request goes. */
  private timeoutMs(
    type: MessageType,
    route: RequestRoute | undefined,
    options: SaidSendOptions,
    cause: Cause | undefined,
  ): number | undefined {
    const { dispatcher, isLocalFirst } = this.services;
    const gateway = this.services.gateway();
    const staysHere = route !== undefined && (isLocalFirst || gateway === undefined);
    if (staysHere) return dispatcher.timeoutMs(route, options, cause);
    return gateway?.timeoutMs(type, options, cause);
  }

  private sendOnce(
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
    cause?: Cause,
  ): Promise<unknown> {
    const { dispatcher, isLocalFirst } = this.services;
    const gateway = this.services.gateway();
    if (route !== undefined && (isLocalFirst || gateway === undefined)) {
      return dispatcher.dispatch(route, request, options, cause);
    }
    if (gateway === undefined) return Promise.reject(this.noHandlerError(request));
    return this.sendToAny(gateway, route, request, options, cause);
  }

  private sendOnceToNode(
    nodeId: string,
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
  ): Promise<unknown> {
    if (nodeId === this.services.nodeId) {
      if (route === undefined) return Promise.reject(this.noHandlerError(request));
      return this.services.dispatcher.dispatch(route, request, options);
    }
    const node = this.services.nodes.get(nodeId);
    const gateway = this.services.gateway();
    if (node === undefined || gateway === undefined) return Promise.reject(this.nodeNotFoundError(nodeId));
    try {
      const type = this.services.types.typeOfMessage(request);
      if (!node.isUnderstood) return Promise.reject(this.incompatibleError(type.name, [node]));
      const problem = this.services.dispatcher.problemOf({ type }, options);
      if (problem !== undefined) return Promise.reject(problem);
      return gateway.send(type, request, options, undefined, node, true);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  /** Why a request goes nowhere. */
  noHandlerError(request: unknown): Error {
    try {
      const { name, kind } = this.services.types.typeOfMessage(request);
      if (kind === 'event') {
        return new CatgaError(
          'CATGA_NO_HANDLER',
          `${name} is an event: use publish; only commands and queries can be sent.`,
          { details: { name }, retryable: false },
        );
      }
      const nodes = this.presentNodes();
      return new CatgaError(
        'CATGA_NO_HANDLER',
        `No handler for ${name} on the present nodes ${nodes.join(', ') || '(none)'}.`,
        { details: { name, nodes } },
      );
    } catch (thrown) {
      return toError(thrown);
    }
  }

  private sendToAny(
    gateway: ClusterGateway,
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
    cause: Cause | undefined,
  ): Promise<unknown> {
    const { types, dispatcher, nodeId } = this.services;
    try {
      const type = types.typeOfMessage(request);
      const problem = dispatcher.problemOf({ type }, options);
      if (problem !== undefined) return Promise.reject(problem);
      const node = gateway.nodeFor(type, request, options);
      if (node !== undefined && node.nodeId !== nodeId) {
        return gateway.send(type, request, options, cause, node);
      }
      if (route !== undefined) return dispatcher.dispatch(route, request, options, cause);
      const incompatible = this.services.nodes.incompatibleFor(type.name);
      return Promise.reject(
        incompatible.length > 0
          ? this.incompatibleError(type.name, incompatible)
          : this.noHandlerError(request),
      );
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  private incompatibleError(name: string, incompatible: readonly KnownNode[]): CatgaError {
    return this.services.nodes.dialectError(`${name} cannot be sent to where it is handled`, incompatible);
  }

  private nodeNotFoundError(nodeId: string): CatgaError {
    const present = this.presentNodes();
    return new CatgaError(
      'CATGA_NODE_NOT_FOUND',
      `Node '${nodeId}' is not present; present nodes: ${present.join(', ') || 'none'}.`,
      { details: { nodeId, present } },
    );
  }

  private presentNodes(): readonly string[] {
    return this.services.nodes.nodes.map((node) => node.nodeId);
  }
}

/**
 * An id that all attempts share travels as one that a caller gave, and has its record among those: nobody can give the
 * same one by chance or on purpose.
 */
function unguessable(id: string): string {
  return `${id}.${randomUUID()}`;
}
