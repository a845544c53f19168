interface Waiting {
  readonly go: () => void;
  readonly giveUp: (reason: Error) => void;
}

/**
 * Gate between a node and everything else. While the node is paused, all operations from and to it wait in one queue;
 * after it is gone, its own operations are rejected and those for it are dropped.
 */
export class NodeGate {
  private line: Waiting[] = [];
  private isPaused = false;
  private isMovingUp = false;
  private reasonGone: Error | undefined;

  /** A message to or from the node. */
  pass(go: () => void): void {
    if (this.reasonGone !== undefined) return;
    if (this.isClear) go();
    else this.line.push({ go, giveUp: () => {} });
  }

  /** An operation of the node. Rejects with the reason if the node is gone before its turn. */
  ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.reasonGone !== undefined) return Promise.reject(this.reasonGone);
    if (this.isClear) return question();
    return new Promise<T>((resolve, reject) => {
      this.line.push({ go: () => void question().then(resolve, reject), giveUp: reject });
    });
  }

  pause(): void {
    this.isPaused = true;
  }

  /** Runs the queued operations in order, as soon as the caller has returned. */
  resume(): void {
    this.isPaused = false;
    this.scheduleMoveUp();
  }

  /** Closes the gate for good. */
  leave(reason: Error): void {
    this.reasonGone = reason;
    const { line } = this;
    this.line = [];
    for (const { giveUp } of line) giveUp(reason);
  }

  private get isClear(): boolean {
    return !this.isPaused && this.line.length === 0;
  }

  private scheduleMoveUp(): void {
    if (this.isMovingUp || this.isClear || this.isPaused) return;
    this.isMovingUp = true;
    queueMicrotask(this.moveUp);
  }

  private readonly moveUp = (): void => {
    try {
      while (!this.isPaused && this.line.length > 0) this.moveUpOne();
    } finally {
      this.isMovingUp = false;
      this.scheduleMoveUp();
    }
  };

  /** Removes an operation from the queue only after it ran, so that what it triggers waits behind the rest. */
  private moveUpOne(): void {
    const { line } = this;
    try {
      line[0]?.go();
    } finally {
      line.shift();
    }
  }
}
