import type { MessageType } from '../contracts/message-type.js';
import type { SaidSendOptions } from '../contracts/said-headers.js';
import type { KnownNode } from '../discovery/known-node.js';
import { SentNames } from '../discovery/sent-names.js';
import type { NodeRegistry } from '../discovery/node-registry.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { localMessageError, shuttingDownError } from '../errors/message-errors.js';
import type { Cause } from '../pipeline/handler-context.js';
import type { Clock } from '../ports/clock.js';
import type { CallPolicies, PolicedCalls } from '../pipeline/resilience/call-policies.js';
import { UnguessableIds } from '../ids/unguessable-ids.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { RequestSender } from '../cluster/asking/request-sender.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import { PolicedCall } from '../pipeline/resilience/policed-call.js';
import type { AttemptOptions } from '../pipeline/resilience/policed-call.js';
import type { RequestDispatcher } from './request-dispatcher.js';
import type { RequestRoute } from '../handlers/routes.js';

/** The node that sends: who it is, and whether it takes new work. */
export interface SendingNode {
  readonly nodeId: string;
  readonly isOpen: boolean;
  readonly clock: Clock;
}

/** The way to other nodes, once the engine has one. */
export interface RemoteAccess {
  readonly sender: RequestSender | undefined;
}

/** Where one attempt at a request goes. */
type Way = (attempt: AttemptOptions) => Promise<unknown>;

/** Takes a request to its handler: here, or on the node that routing chooses. */
export class RequestRouter {
  /** Of requests that went to other nodes. */
  readonly sent = new SentNames();
  /** Of requests that are sent more than once. */
  private readonly sharedIds: UnguessableIds;

  constructor(
    private readonly node: SendingNode,
    private readonly types: MessageRegistry,
    private readonly nodes: NodeRegistry,
    private readonly dispatcher: RequestDispatcher,
    private readonly policies: CallPolicies,
    private readonly engine: RemoteAccess,
    ids: CatgaIds,
    /** Whether a request that can be handled here is. */
    private readonly isLocalFirst: boolean,
  ) {
    this.sharedIds = new UnguessableIds(ids);
  }

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
    try {
      return this.policies.of(route?.type ?? this.types.typeOfMessage(request));
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
    const { node } = this;
    const type = route?.type ?? this.types.typeOfMessage(request);
    // The id that all attempts share travels as one that a caller gave, and has its record among those.
    const messageId = options.messageId ?? (repeats ? this.sharedIds.next() : undefined);
    const timeoutMs = this.timeoutMs(type, route, options, cause);
    const call = new PolicedCall(type.name, options, messageId, timeoutMs, node.clock, (attempt) =>
      // What a running handler sends is part of work that a stopping node sees through.
      node.isOpen || cause !== undefined
        ? way(attempt)
        : Promise.reject(shuttingDownError(type.name, node.nodeId)),
    );
    return run(call);
  }

  /** Whether a request that can be handled here is. */
  private staysHere({ type }: RequestRoute, sender: RequestSender | undefined): boolean {
    return this.isLocalFirst || sender === undefined || type.isLocal;
  }

  /** How long the caller waits, wherever the request goes. */
  private timeoutMs(
    type: MessageType,
    route: RequestRoute | undefined,
    options: SaidSendOptions,
    cause: Cause | undefined,
  ): number | undefined {
    const { sender } = this.engine;
    if (route !== undefined && this.staysHere(route, sender))
      return this.dispatcher.timeoutMs(route, options, cause);
    return sender?.timeoutMs(type, options, cause);
  }

  private sendOnce(
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
    cause?: Cause,
  ): Promise<unknown> {
    const { sender } = this.engine;
    if (route !== undefined && this.staysHere(route, sender)) {
      return this.dispatcher.dispatch(route, request, options, cause);
    }
    if (sender === undefined) return Promise.reject(this.noHandlerError(request));
    return this.sendToAny(sender, route, request, options, cause);
  }

  private sendOnceToNode(
    nodeId: string,
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
  ): Promise<unknown> {
    if (nodeId === this.node.nodeId) {
      if (route === undefined) return Promise.reject(this.noHandlerError(request));
      return this.dispatcher.dispatch(route, request, options);
    }
    const node = this.nodes.get(nodeId);
    const { sender } = this.engine;
    if (node === undefined || sender === undefined) return Promise.reject(this.nodeNotFoundError(nodeId));
    try {
      const type = this.types.typeOfMessage(request);
      if (type.isLocal) return Promise.reject(localMessageError(type.name, 'be sent to another node'));
      if (!node.isUnderstood) return Promise.reject(this.incompatibleError(type.name, [node]));
      const problem = this.dispatcher.problemOf({ type }, options);
      if (problem !== undefined) return Promise.reject(problem);
      const key = options.key ?? type.keyOf?.(request);
      return sender.send(type, request, key, options, undefined, node, true);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  /** Why a request goes nowhere. */
  noHandlerError(request: unknown): Error {
    try {
      const { name, kind, isLocal } = this.types.typeOfMessage(request);
      if (kind === 'event') {
        return new CatgaError(
          'CATGA_NO_HANDLER',
          `${name} is an event: use publish; only commands and queries can be sent.`,
          { details: { name }, retryable: false },
        );
      }
      if (isLocal) {
        return new CatgaError(
          'CATGA_NO_HANDLER',
          `No handler for ${name} in this process, and without @Message({ name }) it is not sent to others.`,
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
    sender: RequestSender,
    route: RequestRoute | undefined,
    request: object,
    options: AttemptOptions,
    cause: Cause | undefined,
  ): Promise<unknown> {
    try {
      const type = route?.type ?? this.types.typeOfMessage(request);
      const problem = this.dispatcher.problemOf({ type }, options);
      if (problem !== undefined) return Promise.reject(problem);
      if (type.isLocal) return Promise.reject(this.noHandlerError(request));
      const key = options.key ?? type.keyOf?.(request);
      const target = sender.choice.first(type.name, key);
      if (target !== undefined && target.nodeId !== this.node.nodeId) {
        this.sent.add(type.name);
        return sender.send(type, request, key, options, cause, target);
      }
      if (route !== undefined) return this.dispatcher.dispatch(route, request, options, cause);
      const incompatible = this.nodes.incompatibleFor(type.name);
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
    return this.nodes.dialectError(`${name} cannot be sent to where it is handled`, incompatible);
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
    return this.nodes.nodes.map((node) => node.nodeId);
  }
}
