import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import type { Behavior, Envelope, MessageContext, Next } from '@catga/core';
import { callUserCode, lineOf } from '@catga/core/engine';

/** Options of {@link logging}. */
export interface LoggingOptions {
  /**
   * Log level of the line per handled message; `'off'` for none.
   * @defaultValue 'debug'
   */
  readonly level?: 'log' | 'debug' | 'verbose' | 'off';
  /**
   * Duration in milliseconds above which a message is logged as a warning.
   * @defaultValue 1000
   */
  readonly slowMs?: number;
  /** @defaultValue Nest's `Logger` with the context `Catga` */
  readonly logger?: LoggerService;
}

/**
 * Behavior that logs each message with its handler and duration: slow ones as warnings, failures as errors.
 * Message contents are never logged.
 *
 * @example `CatgaModule.forRoot({ behaviors: [logging({ slowMs: 200 })] })`
 * @publicApi
 */
export function logging(options: LoggingOptions = {}): Behavior {
  return new LoggingBehavior(options);
}

class LoggingBehavior implements Behavior {
  private readonly write: (text: string) => void;
  private readonly logger: LoggerService;
  private readonly slowMs: number;

  constructor({ level = 'debug', slowMs = 1000, logger = new Logger('Catga') }: LoggingOptions) {
    this.logger = logger;
    this.slowMs = slowMs;
    this.write = level === 'off' ? () => {} : (text) => logger[level]?.(text);
  }

  /** An error of the logger does not fail the message. */
  private say(write: () => void): void {
    callUserCode(write, () => {});
  }

  async handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    const startedMs = performance.now();
    try {
      const result = await next();
      const tookMs = performance.now() - startedMs;
      this.say(() => {
        const subject = describe(envelope, context);
        if (tookMs > this.slowMs) this.logger.warn(`${subject} was slow: ${tookMs.toFixed(1)} ms`);
        else this.write(`${subject} took ${tookMs.toFixed(1)} ms`);
      });
      return result;
    } catch (thrown) {
      const tookMs = performance.now() - startedMs;
      this.say(() =>
        this.logger.error(
          `${describe(envelope, context)} failed after ${tookMs.toFixed(1)} ms: ${lineOf(thrown)}`,
        ),
      );
      throw thrown;
    }
  }
}

function describe({ kind, name, messageId, handler }: Envelope, { attempt }: MessageContext): string {
  return `${kind} ${name} ${messageId} in ${handler}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}
