import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { MessageKind } from '../contracts/envelope.js';
import type { ErrorClass } from '../contracts/error-class.js';
import { madeOf } from '../contracts/made-of.js';
import { Message } from '../contracts/message.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import { Command, Query } from '../contracts/request.js';
import { invalidMessage, standardSchemaValidator } from '../pipeline/validation/message-validator.js';
import type { MessageRegistry } from './message-registry.js';

/** What a message is. */
export interface MessageShape {
  readonly name: string;
  readonly kind: MessageKind;
  readonly qos: QualityOfService;
}

/**
 * Messages by wire name and content, for tools that have no classes of them.
 *
 * @publicApi
 */
export class NamedMessages {
  constructor(private readonly registry: MessageRegistry) {}

  /** Schema of the class that this node has of a name; undefined without one. */
  schemaOf(name: string): StandardSchemaV1 | undefined {
    return this.registry.named(name)?.schema;
  }

  /**
   * A message with this content: of the class that this node has of the name, whatever else the shape says, or of one that is made for
   * it. The content is checked by the schema of the class: `CATGA_VALIDATION_FAILED`.
   */
  async make(shape: MessageShape & { readonly kind: 'command' }, content: object): Promise<Command<unknown>>;
  async make(shape: MessageShape & { readonly kind: 'query' }, content: object): Promise<Query<unknown>>;
  async make(shape: MessageShape, content: object): Promise<object>;
  async make(shape: MessageShape, content: object): Promise<object> {
    const schema = this.schemaOf(shape.name);
    if (schema !== undefined) {
      const result = await standardSchemaValidator(schema)(content);
      if (!result.valid) throw invalidMessage(shape.name, result.issues);
    }
    return madeOf(this.classOf(shape).prototype as object, content);
  }

  /** Has the errors of a class arrive as its instances from the handlers of any message, as `@Message({ errors })` has for one. */
  keepErrors(target: ErrorClass): void {
    this.registry.errors.declare(target, '(any)');
  }

  private classOf(shape: MessageShape): MessageConstructor {
    return this.registry.named(shape.name)?.target ?? this.registry.typeOfMade(classWith(shape)).target;
  }
}

function classWith({ name, kind, qos }: MessageShape): MessageConstructor {
  const target: new () => object =
    kind === 'command'
      ? class extends Command<unknown> {}
      : kind === 'query'
        ? class extends Query<unknown> {}
        : class {};
  Message({ name, qos })(target);
  return target;
}
