import { callUserCode, describeThrown, warnOfUserCode } from '../errors/user-code.js';
import type { CatgaLogger } from '../ports/logger.js';

/** Wraps the application's logger: its errors are ignored, and reported once. */
export class GuardedLogger implements CatgaLogger {
  private hasWarned = false;

  constructor(private readonly logger: CatgaLogger) {}

  debug(message: string): void {
    callUserCode(() => this.logger.debug(message), this.failed);
  }

  log(message: string): void {
    callUserCode(() => this.logger.log(message), this.failed);
  }

  warn(message: string): void {
    callUserCode(() => this.logger.warn(message), this.failed);
  }

  error(message: string, stack?: string): void {
    callUserCode(() => this.logger.error(message, stack), this.failed);
  }

  private readonly failed = (thrown: unknown): void => {
    if (this.hasWarned) return;
    this.hasWarned = true;
    warnOfUserCode(`The logger that Catga writes to failed: ${describeThrown(thrown)}`);
  };
}
