/** Server of one test case. */
export interface RestartableBroker {
  readonly url: string;
  /** Suspends it; data sent to it stays unread. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it with its stored data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
