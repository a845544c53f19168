import type { MessageConstructor } from '../contracts/message.js';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { CatgaResult } from '../contracts/result.js';
import type {
  EnqueueOptions,
  EnqueueReceipt,
  PublishOptions,
  SendOptions,
} from '../contracts/send-options.js';
import type { Admission } from '../pipeline/admission/admission.js';
import type { RequestRoute } from '../handlers/routes.js';

/** What the mediator asks of its node. Everything it may take the short way for is a plain field. */
export interface MediatorHost {
  readonly admission: Admission;
  readonly requests: ReadonlyMap<MessageConstructor, RequestRoute>;
  /** Whether new work is taken. */
  readonly isOpen: boolean;
  /** Any request that is not taken the short way, with its route if there is one. */
  send(route: RequestRoute | undefined, request: object, options: SendOptions | undefined): Promise<unknown>;
  sendToNode(nodeId: string, request: object, options: SendOptions | undefined): Promise<unknown>;
  enqueue(command: object, options: EnqueueOptions): Promise<EnqueueReceipt>;
  outcomeOf(command: MessageConstructor, messageId: string): Promise<CatgaResult<unknown> | undefined>;
  publish(event: object, options: PublishOptions | undefined): Promise<void>;
  broadcast(event: object, options: PublishOptions | undefined): Promise<void>;
  nodes(): readonly NodeInfo[];
  self(): NodeInfo;
  watchNodes(): AsyncIterable<NodeChange>;
}
