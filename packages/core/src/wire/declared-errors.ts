import { CatgaError } from '../errors/catga-error.js';
import { codeOf } from '../errors/error-record.js';
import { ownData } from '../errors/plain-data.js';
import { readOf } from '../errors/well-formed.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';
import type { ErrorClass } from '../contracts/error-class.js';
import type { EncodedError, ErrorTranslator } from './error-codec.js';

/** Properties that every error carries, apart from the fields of its class. */
const CARRIED_APART: ReadonlySet<string> = new Set([
  'name',
  'message',
  'code',
  'stack',
  'cause',
  'errors',
  'retryable',
]);

/** Encoded error of a declared class. */
interface DeclaredErrorData {
  /** Wire name of the class. */
  readonly class: string;
  /** Own data properties of the error. */
  readonly fields: object;
}

/**
 * Error classes that the messages of one application declare, by wire name. Such an error arrives as an instance of its
 * class, or of the nearest declared class that it extends, created without running the constructor.
 */
export class DeclaredErrors implements ErrorTranslator {
  readonly type = 'declared';
  private readonly classes = new Map<string, ErrorClass>();
  private readonly names = new Map<unknown, string>();

  /** Registers a class. `CATGA_CONFIGURATION` if it has no name, or if another class has its name. */
  declare(target: ErrorClass, messageName: string): void {
    const name = wireNameOf(target);
    const refuse = (problem: string): never => {
      throw new CatgaError('CATGA_CONFIGURATION', `Message ${messageName}: ${problem}`, {
        details: { message: messageName, error: name },
      });
    };
    if (name === '') refuse("an anonymous class among its errors needs a static 'wireName'.");
    const namesake = this.classes.get(name);
    if (namesake === target) return;
    if (namesake !== undefined) {
      refuse(
        `two classes of errors share the wire name '${name}': give one of them ` +
          `\`static readonly wireName = '…'\`. A class that is loaded twice counts as two.`,
      );
    }
    this.classes.set(name, target);
    this.names.set(target.prototype, name);
  }

  encode(error: Error): { readonly data: DeclaredErrorData } | undefined {
    for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) {
      const name = this.names.get(at);
      if (name !== undefined) return { data: { class: name, fields: ownData(error, CARRIED_APART) } };
    }
    return undefined;
  }

  decode({ name, message, code, data }: EncodedError): Error | undefined {
    const target = this.classes.get(String(readOf(data, 'class')));
    const fields = readOf(data, 'fields');
    if (target === undefined) return undefined;
    // A native error, whose stack shows where it arrived, with the prototype of the class.
    const error = Object.setPrototypeOf(new Error(message), target.prototype as object) as Error;
    if (typeof fields === 'object' && fields !== null) {
      for (const [key, value] of Object.entries(fields))
        if (!CARRIED_APART.has(key) && !FORBIDDEN_KEYS.has(key)) define(error, key, value);
    }
    if (readOf(error, 'name') !== name) define(error, 'name', name);
    if (code !== undefined && codeOf(error).code !== code) define(error, 'code', code);
    return error;
  }
}

/** Wire name of the class: its own static `wireName`, or else its name. */
export function wireNameOf(target: ErrorClass): string {
  const own: unknown = Object.getOwnPropertyDescriptor(target, 'wireName')?.value;
  return typeof own === 'string' ? own : target.name;
}

/** Bypasses setters of the class. */
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: true, configurable: true, writable: true });
}
