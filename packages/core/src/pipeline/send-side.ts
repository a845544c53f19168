import type { MessageType } from '../contracts/message-type.js';
import type { Next } from '../contracts/behavior.js';
import type {
  OutgoingMessage,
  OutgoingOperation,
  OutgoingOptions,
  SendBehavior,
} from '../contracts/send-behavior.js';
import type { MessageKind } from '../contracts/envelope.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import { toPromise } from '../errors/promise-like.js';
import { heard, rejected } from './pipeline.js';

/** Takes a message on its way, once everything on the send side has agreed. */
export type Departure = (outgoing: OutgoingMessage) => Promise<unknown>;

/** All that acts where messages are handed over. Never throws: errors are rejections. */
export type SendSide = (outgoing: OutgoingMessage, depart: Departure) => Promise<unknown>;

/** Puts behaviors around the departure of every message, the first one outermost; undefined without any. Done once, at start-up. */
export function compileSendSide(behaviors: readonly SendBehavior[]): SendSide | undefined {
  return behaviors.reduceRight<SendSide | undefined>(
    (rest, behavior) => (outgoing, depart) => {
      const next: Next = () => heard(rest === undefined ? depart(outgoing) : rest(outgoing, depart));
      try {
        return toPromise(behavior.handle(outgoing, next));
      } catch (thrown) {
        return rejected(thrown);
      }
    },
    undefined,
  );
}

/** A message on the send side. */
export class Outgoing implements OutgoingMessage {
  constructor(
    readonly operation: OutgoingOperation,
    readonly message: object,
    private readonly type: MessageType,
    public options: OutgoingOptions,
    readonly causationId: string | undefined,
    readonly nodeId: string | undefined,
  ) {}

  get name(): string {
    return this.type.name;
  }

  get kind(): MessageKind {
    return this.type.kind;
  }

  get qos(): QualityOfService {
    return this.type.qos;
  }
}
