/** One way of doing what a scenario asks for, ready to be measured. Lives in a process of its own. */
export interface Contender {
  /** Does the work `calls` times; resolves when the last handler has finished. */
  run(calls: number): Promise<void>;
  /** `calls` is always a multiple of this: the size of a batch, or of a block of ids. */
  readonly grain?: number;
  close?(): Promise<void>;
}

/** Makes a contender: starts the application around it. */
export type ContenderFactory = () => Contender | Promise<Contender>;

/** Contenders that do the same work, measured against each other. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What one operation is, in the plural: calls, ids. */
  readonly unit: string;
  /** The contender the others are divided by. */
  readonly reference: string;
  readonly contenders: Readonly<Record<string, ContenderFactory>>;
  /** Heap per operation is not measured where it means nothing. */
  readonly withoutHeap?: boolean;
}
