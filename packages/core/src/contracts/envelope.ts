import type { MessageHeaders } from './headers.js';
import type { QualityOfService } from './quality-of-service.js';

/** What a message means. */
export type MessageKind = 'command' | 'query' | 'event';

/**
 * A message on its way through the pipeline to one handler.
 *
 * @publicApi
 */
export interface Envelope {
  /** The message itself. A behavior may replace it before it calls `next`. */
  message: object;
  /** Assigned once, when first asked for if the caller gave none. */
  readonly messageId: string;
  /** The wire name. */
  readonly name: string;
  readonly kind: MessageKind;
  readonly qos: QualityOfService;
  readonly headers: MessageHeaders;
  /** What ordering and hashing go by, if the message has a key. */
  readonly key: string | undefined;
  /** The name of the handler this delivery is for. */
  readonly handler: string;
}
