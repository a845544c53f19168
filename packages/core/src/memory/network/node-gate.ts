interface Waiting {
  readonly go: () => void;
  readonly giveUp: (reason: Error) => void;
}

/**
 * Stands between a node and everything else. While the node is paused, what it does and what is done to it wait here in
 * one line; once it is gone, what it does is refused and what is done to it is lost.
 */
export class NodeGate {
  private line: Waiting[] = [];
  private isPaused = false;
  private isMovingUp = false;
  private reasonGone: Error | undefined;

  /** A message on its way in or out. */
  pass(go: () => void): void {
    if (this.reasonGone !== undefined) return;
    if (this.isClear) go();
    else this.line.push({ go, giveUp: () => {} });
  }

  /** Something the node asks for. Rejects with why it is gone, if it is before the line has moved up. */
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

  /** What waits goes on, in its order, as soon as the caller has returned. */
  resume(): void {
    this.isPaused = false;
    this.scheduleMoveUp();
  }

  /** For good. */
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

  /** Whoever goes leaves the line only afterwards, so that what it sets off stands behind the rest. */
  private moveUpOne(): void {
    const { line } = this;
    try {
      line[0]?.go();
    } finally {
      line.shift();
    }
  }
}
