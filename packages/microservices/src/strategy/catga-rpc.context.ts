import { BaseRpcContext } from '@nestjs/microservices';
import type { MessageContext, MessageHeaders } from '@catga/nestjs';

/**
 * Context of a message that a handler gets with `@Ctx()`.
 *
 * @publicApi
 */
export class CatgaRpcContext extends BaseRpcContext<[pattern: string, message: MessageContext]> {
  /** The pattern, which is the wire name of the message. */
  getPattern(): string {
    return this.args[0];
  }

  /** Catga's context of the message: ids, attempt, deadline, signal; sends and publishes with this message as the cause. */
  getMessage(): MessageContext {
    return this.args[1];
  }

  /** Headers of the message. */
  getHeaders(): MessageHeaders {
    return this.args[1].headers;
  }

  /** Headers that a client attached with `setOnDispatchHook` of Nest 12. */
  getMetadata(): MessageHeaders {
    return this.getHeaders();
  }
}
