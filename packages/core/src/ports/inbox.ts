/** The record of which handler has succeeded on which message: what makes QoS 2 of events. */
export interface Inbox {
  has(subscription: string, messageId: string): Promise<boolean>;
  /** Records a success for `ttlMs`. May be repeated. */
  add(subscription: string, messageId: string, ttlMs: number): Promise<void>;
}
