import type { CatgaLogger } from '../ports/logger.js';

/** Keeps what was logged, by level. */
export class LogBook implements CatgaLogger {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];

  debug(): void {}
  log(): void {}
  warn(message: string): void {
    this.warnings.push(message);
  }
  error(message: string): void {
    this.errors.push(message);
  }
}
