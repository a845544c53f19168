import type { MessageType } from '../contracts/message-type.js';
import type {
  SaidEnqueueOptions,
  SaidOptions,
  SaidPublishOptions,
  SaidSendOptions,
} from '../contracts/said-headers.js';
import { saidHeaders } from '../contracts/said-headers.js';
import type { OutgoingOperation } from '../contracts/send-behavior.js';
import type { EnqueueReceipt } from '../contracts/send-options.js';
import type { EventRouter } from '../events/event-router.js';
import type { MessageRegistry } from '../handlers/message-registry.js';
import type { RequestRoute } from '../handlers/routes.js';
import type { Cause } from '../pipeline/handler-context.js';
import { Outgoing } from '../pipeline/send-side.js';
import type { SendSide } from '../pipeline/send-side.js';
import type { CommandQueue } from '../queue/command-queue.js';
import type { RequestRouter } from '../requests/request-router.js';

/** The way of requests. */
export type RequestWay = Pick<RequestRouter, 'send' | 'sendToNode'>;
/** The way of events. */
export type EventWay = Pick<EventRouter, 'publish' | 'broadcast'>;
/** The way of queued commands. */
export type CommandWay = Pick<CommandQueue, 'enqueue'>;

/** The ways of all messages, past what acts where they are handed over. A node without a send side does not have it. */
export class PastSendSide implements RequestWay, EventWay, CommandWay {
  constructor(
    private readonly sendSide: SendSide,
    private readonly types: Pick<MessageRegistry, 'typeOfMessage'>,
    private readonly requests: RequestWay,
    private readonly events: EventWay,
    private readonly commands: CommandWay,
    /** Why a message may not leave any more that no handler caused: the node has closed meanwhile. */
    private readonly refusal: (message: object) => Error | undefined,
  ) {}

  send(
    route: RequestRoute | undefined,
    request: object,
    options: SaidSendOptions,
    cause?: Cause,
  ): Promise<unknown> {
    const outgoing = this.outgoing('send', request, options, cause);
    return this.pass(outgoing, (said) => this.requests.send(route, request, said, cause));
  }

  sendToNode(
    nodeId: string,
    route: RequestRoute | undefined,
    request: object,
    options: SaidSendOptions,
  ): Promise<unknown> {
    const outgoing = this.outgoing('send', request, options, undefined, nodeId);
    return this.pass(outgoing, (said) => this.requests.sendToNode(nodeId, route, request, said));
  }

  publish(event: object, options: SaidPublishOptions | undefined, cause: Cause | undefined): Promise<void> {
    const outgoing = this.outgoing('publish', event, options, cause);
    return this.pass(outgoing, (said) => this.events.publish(event, said, cause));
  }

  async broadcast(event: object, options: SaidPublishOptions | undefined): Promise<void> {
    const outgoing = this.outgoing('broadcast', event, options);
    return this.pass(outgoing, (said) => this.events.broadcast(event, said));
  }

  async enqueue(
    type: MessageType,
    command: object,
    options: SaidEnqueueOptions,
    cause?: Cause,
  ): Promise<EnqueueReceipt> {
    const outgoing = this.outgoing('enqueue', command, options, cause);
    return this.pass(outgoing, (said) => this.commands.enqueue(type, command, said, cause));
  }

  private outgoing(
    operation: OutgoingOperation,
    message: object,
    options: SaidOptions = {},
    cause?: Cause,
    nodeId?: string,
  ): Outgoing {
    const type = this.types.typeOfMessage(message);
    return new Outgoing(operation, message, type, options, cause?.messageId, nodeId);
  }

  private pass<R>(outgoing: Outgoing, depart: (said: SaidOptions) => Promise<R>): Promise<R> {
    return this.sendSide(outgoing, () => {
      // What a running handler sends is part of work that a stopping node sees through.
      const refused = outgoing.causationId === undefined ? this.refusal(outgoing.message) : undefined;
      return refused === undefined ? depart(saidHeaders(outgoing.options)) : Promise.reject(refused);
    }) as Promise<R>;
  }
}
