import type { BehaviorOption, BehaviorRef, Behavior, Next } from './behavior.js';
import type { MessageKind } from './envelope.js';
import type { QualityOfService } from './quality-of-service.js';
import type { EnqueueOptions, SendOptions } from './send-options.js';

/** Method of the mediator or of a `MessageContext` that a message is handed to: `sendToNode` and batches are `'send'`, too. */
export type OutgoingOperation = 'send' | 'publish' | 'broadcast' | 'enqueue';

/** Options of the call: those of `send`, `publish`, `broadcast` or `enqueue`. Others have no effect. */
export type OutgoingOptions = SendOptions & EnqueueOptions;

/**
 * Message that is handed over, as behaviors of the send side see it.
 *
 * @publicApi
 */
export interface OutgoingMessage {
  readonly operation: OutgoingOperation;
  readonly message: object;
  /** The wire name. */
  readonly name: string;
  readonly kind: MessageKind;
  readonly qos: QualityOfService;
  /** Node of `sendToNode`; undefined for every other call. */
  readonly nodeId: string | undefined;
  /** Id of the message whose handler hands this one over through its context; undefined for calls of the mediator. */
  readonly causationId: string | undefined;
  /**
   * Options of the call, with the headers that the cause passes on. A behavior may replace them before it calls
   * `next`: `outgoing.options = { ...outgoing.options, headers: { ...outgoing.options.headers, tenant } }`.
   */
  options: OutgoingOptions;
}

/**
 * Behavior of the send side: acts where a message is handed over, on the node of the sender, once for each call, before the retries and the circuit
 * breaker of callers. It can add headers, replace the options, refuse the message by throwing, and time the call.
 *
 * Contract: that of {@link Behavior}. `next()` resolves as the call does: with the result, the receipt, or nothing.
 *
 * @publicApi
 */
export interface SendBehavior {
  readonly side: 'send';
  handle(outgoing: OutgoingMessage, next: Next): Promise<unknown>;
}

/** A behavior of the send side, or its class, which the container instantiates. */
export type SendBehaviorRef = SendBehavior | (new (...dependencies: never[]) => SendBehavior);

/** A behavior of either side. */
export type AnyBehavior = Behavior | SendBehavior;

/** A behavior of either side, or its class. */
export type AnyBehaviorRef = BehaviorRef | SendBehaviorRef;

/** Entry of `behaviors` of the module: as on a message, or a behavior of the send side. */
export type ModuleBehaviorOption = BehaviorOption | SendBehaviorRef;

/** Whether a behavior acts where messages are handed over, and not around handlers. */
export function isSendBehavior(behavior: object): behavior is SendBehavior {
  return (behavior as Partial<SendBehavior>).side === 'send';
}
