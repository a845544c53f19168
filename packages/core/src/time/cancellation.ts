import type { CatgaError } from '../errors/catga-error.js';

/** Cancellation of a message; its `AbortSignal` is created on first use. */
export class Cancellation {
  private controller: AbortController | undefined;
  private reason: CatgaError | undefined;
  private overruling: CatgaError | undefined;
  private listener: ((reason: CatgaError) => void) | undefined;

  /** @param onSignal called when the signal is created */
  constructor(private readonly onSignal: () => void) {}

  get isCancelled(): boolean {
    return this.reason !== undefined;
  }

  /** Whether what its handler does is in vain, though somebody waits for an outcome. */
  get isOverruled(): boolean {
    return this.overruling !== undefined;
  }

  /** Whether the signal was created. */
  get hasSignal(): boolean {
    return this.controller !== undefined;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      const reason = this.reason ?? this.overruling;
      if (reason === undefined) this.onSignal();
      else this.controller.abort(reason);
    }
    return this.controller.signal;
  }

  /** The first reason stays. */
  cancel(reason: CatgaError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.listener?.(reason);
    this.controller?.abort(reason);
  }

  /** Another node runs the message now: tells the handler here, and nobody else, for the outcome is still wanted. */
  overrule(reason: CatgaError): void {
    this.overruling ??= reason;
    this.controller?.abort(reason);
  }

  /** Tells whoever holds the message up, at most one at a time. Undefined: nobody does any more. */
  holdUp(listener: ((reason: CatgaError) => void) | undefined): void {
    this.listener = listener;
  }

  /** Throws the reason, if it was cancelled. */
  throwIfCancelled(): void {
    if (this.reason !== undefined) throw this.reason;
  }
}
