import type { Behavior, Next } from '../../contracts/behavior.js';
import type { Envelope } from '../../contracts/envelope.js';
import { madeOf } from '../../contracts/made-of.js';
import type { MessageContext } from '../../contracts/message-context.js';
import { invalidMessage } from './message-validator.js';
import type { MessageValidator, ValidationResult } from './message-validator.js';

/**
 * Refuses invalid messages with `CATGA_VALIDATION_FAILED`, whose `details.issues` lists every problem. What the
 * validator converted (defaults, dates) is what the handler gets, in an instance of the same class.
 */
export class ValidationBehavior implements Behavior {
  constructor(private readonly validators: readonly MessageValidator[]) {}

  async handle(envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    for (const validate of this.validators) accept(envelope, await validate(envelope.message));
    return next();
  }
}

function accept(envelope: Envelope, result: ValidationResult): void {
  if (!result.valid) throw invalidMessage(envelope.name, result.issues);
  if (result.fields !== undefined && result.fields !== envelope.message) {
    const prototype = Object.getPrototypeOf(envelope.message) as object;
    envelope.message = madeOf(prototype, result.fields);
  }
}
