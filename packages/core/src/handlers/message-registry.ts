import { describeMessage } from '../contracts/message-type.js';
import type { MessageType } from '../contracts/message-type.js';
import type { MessageConstructor } from '../contracts/message.js';
import { CatgaError } from '../errors/catga-error.js';
import { DeclaredErrors } from '../wire/declared-errors.js';

/** Message types of one application, by class and by wire name. */
export class MessageRegistry {
  private readonly byClass = new Map<MessageConstructor, MessageType>();
  private readonly byName = new Map<string, MessageType>();
  /** Types of classes that were made for messages that had none. */
  private readonly made = new Set<MessageType>();

  /** Error classes that the messages declare. */
  readonly errors = new DeclaredErrors();

  /** @param remote which messages may leave the process: the option of the node */
  constructor(private readonly remote: 'all' | 'named' = 'all') {}

  /**
   * Type of a message class, registered at first use. `CATGA_CONFIGURATION` if another class has its wire name, or that
   * of an error it declares. Messages that stay in the process have no wire name, and may be namesakes.
   */
  typeOf(target: MessageConstructor): MessageType {
    const known = this.byClass.get(target);
    if (known !== undefined) return known;
    const type = describeMessage(target, this.remote);
    const namesake = type.isLocal ? undefined : this.byName.get(type.name);
    if (namesake !== undefined && !this.made.has(namesake)) {
      const isSameAgain = namesake.target.name === target.name;
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        isSameAgain
          ? `Two classes named ${target.name} share the wire name '${type.name}'. If they are meant to be one, its file was ` +
              'loaded twice, by two bundles or two copies of a package: build it once, and import it from there. Else ' +
              'give one of them @Message({ name }).'
          : `Two message classes share the wire name '${type.name}' (${namesake.target.name} and ${target.name}): ` +
              'give one of them @Message({ name }).',
        { details: { name: type.name } },
      );
    }
    for (const error of type.errors) this.errors.declare(error, type.name);
    this.byClass.set(target, type);
    if (!type.isLocal) this.byName.set(type.name, type);
    return type;
  }

  /** Type of a class that is made because this application has none of its name; one that comes later takes the name over. */
  typeOfMade(target: MessageConstructor): MessageType {
    const type = this.typeOf(target);
    this.made.add(type);
    return type;
  }

  /** Message type by wire name; undefined if this application does not have it, or it stays in the process. */
  named(name: string): MessageType | undefined {
    return this.byName.get(name);
  }

  /** Type of a message to send or publish. */
  typeOfMessage(message: unknown): MessageType {
    const target = messageClass(message);
    if (target === undefined) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        'A message must be an instance of its class; a plain object has no type to route by.',
      );
    }
    return this.typeOf(target);
  }
}

/** Class of a message; undefined for a value that is not a class instance. */
export function messageClass(message: unknown): MessageConstructor | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { constructor } = message as { constructor?: unknown };
  if (typeof constructor !== 'function' || constructor === Object || Array.isArray(message)) return undefined;
  return constructor as MessageConstructor;
}
