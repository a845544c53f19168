import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DeadLetter, DeadLetterFailure } from '@catga/core';
import { DASHBOARD_OPTIONS } from '../options/dashboard-options.token.js';
import type { RedactedPart, ResolvedDashboardOptions } from '../options/dashboard-options.js';
import type { ErrorView } from './views.js';

const HIDDEN = '(redacted)';

/** Applies the user's redaction function to all data from messages. */
@Injectable()
export class Redactor {
  private readonly logger = new Logger('CatgaDashboard');

  constructor(@Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions) {}

  /** Redacts a letter. */
  letter(letter: DeadLetter): DeadLetter {
    if (this.options.redact === undefined) return letter;
    const { name, message, key, error, history } = letter;
    const headers: unknown = this.redact(letter.headers, { what: 'headers', name });
    const failure = (one: DeadLetterFailure): DeadLetterFailure => ({
      ...one,
      error: this.error(one.error, name),
    });
    return {
      ...letter,
      message: message === undefined ? undefined : this.content(message, name),
      headers: typeof headers === 'object' && headers !== null ? (headers as DeadLetter['headers']) : {},
      key: key === undefined ? undefined : this.key(key, name),
      error: this.error(error, name),
      history: history.map(failure),
    };
  }

  /** Redacts an error, and removes its causes. */
  error({ name, code, message }: ErrorView, ofMessage: string | undefined): ErrorView {
    return { name, ...(code !== undefined && { code }), message: this.errorText(message, ofMessage) };
  }

  /** Redacts an error text. */
  errorText(value: string, name: string | undefined): string {
    return this.text(value, { what: 'error', name });
  }

  /** Redacts the content of a message or the state of a saga. */
  content(value: unknown, name: string): unknown {
    return this.redact(value, { what: 'content', name });
  }

  key(value: string, name: string): string {
    return this.text(value, { what: 'key', name });
  }

  /** Redacts the result of a request. */
  result(value: unknown, name: string): unknown {
    return this.redact(value, { what: 'result', name });
  }

  private text(value: string, part: RedactedPart): string {
    const shown = this.redact(value, part);
    return typeof shown === 'string' ? shown : HIDDEN;
  }

  private redact(payload: unknown, part: RedactedPart): unknown {
    const { redact } = this.options;
    if (redact === undefined) return payload;
    try {
      // A copy, because the function may change it in place.
      return redact(structuredClone(payload), part);
    } catch (thrown) {
      this.logger.error(
        `redact failed on the ${part.what} of ${JSON.stringify(part.name)}: ${String(thrown)}`,
      );
      return HIDDEN;
    }
  }
}
