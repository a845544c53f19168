import type { MessageHeaders } from './headers.js';
import type { QualityOfService } from './quality-of-service.js';

/** Kind of a message. */
export type MessageKind = 'command' | 'query' | 'event';

/**
 * Envelope of a message in the pipeline of one handler.
 *
 * @publicApi
 */
export interface Envelope {
  /** The message itself. A behavior may replace it before it calls `next`. */
  message: object;
  /** Message id, assigned once; generated on first use if the caller gave none. */
  readonly messageId: string;
  /** The wire name. */
  readonly name: string;
  readonly kind: MessageKind;
  readonly qos: QualityOfService;
  readonly headers: MessageHeaders;
  /** Key for ordering and consistent hashing, if the message has one. */
  readonly key: string | undefined;
  /** The name of the handler this delivery is for. */
  readonly handler: string;
}
