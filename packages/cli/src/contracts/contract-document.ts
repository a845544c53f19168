import { z } from 'zod';
import { wrongUsage } from '../exit-codes.js';

const reference = z.object({ $ref: z.string() });

const documentSchema = z.object({
  asyncapi: z.string().regex(/^3\./, 'is not 3'),
  'x-catga-serializer': z.string().optional(),
  operations: z.record(
    z.string(),
    z.object({
      messages: z.array(reference),
      'x-catga-handler': z.string(),
      'x-catga-scope': z.enum(['service', 'node']).optional(),
      'x-catga-subscription': z.object({ id: z.string() }).optional(),
    }),
  ),
  components: z.object({
    messages: z.record(
      z.string(),
      z.object({
        name: z.string(),
        payload: reference.optional(),
        'x-catga-kind': z.enum(['command', 'query', 'event']),
        'x-catga-qos': z.number(),
        'x-catga-keyed': z.boolean(),
        'x-catga-errors': z.array(z.string()).optional(),
      }),
    ),
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});

export type Schema = Readonly<Record<string, unknown>> | boolean;

/** A handled message of a document. */
export interface ContractMessage {
  readonly name: string;
  readonly kind: 'command' | 'query' | 'event';
  readonly qos: number;
  readonly isKeyed: boolean;
  readonly errors: readonly string[];
  readonly schema: Schema | undefined;
  /** Handlers that run on every node. */
  readonly nodeHandlers: readonly string[];
  /** Ids of its durable subscriptions, or of its queue. */
  readonly subscriptions: readonly string[];
}

/** A document of `catga describe`. */
export class ContractDocument {
  /** By wire name. */
  readonly messages: ReadonlyMap<string, ContractMessage>;

  private constructor(private readonly root: z.infer<typeof documentSchema>) {
    const { messages, schemas } = root.components;
    const operations = Object.values(root.operations);
    this.messages = new Map(
      Object.entries(messages).map(([key, message]) => {
        const its = operations.filter((one) => one.messages.some(({ $ref }) => lastOf($ref) === key));
        return [
          message.name,
          {
            name: message.name,
            kind: message['x-catga-kind'],
            qos: message['x-catga-qos'],
            isKeyed: message['x-catga-keyed'],
            errors: message['x-catga-errors'] ?? [],
            schema: message.payload && schemas[lastOf(message.payload.$ref)],
            nodeHandlers: its.flatMap((one) =>
              one['x-catga-scope'] === 'node' ? [one['x-catga-handler']] : [],
            ),
            subscriptions: its.flatMap((one) => one['x-catga-subscription']?.id ?? []),
          },
        ];
      }),
    );
  }

  /** Name of the serializer; undefined in a document of an earlier version. */
  get serializer(): string | undefined {
    return this.root['x-catga-serializer'];
  }

  /** @param file for the error */
  static parse(text: string, file: string): ContractDocument {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw wrongUsage(`${file} is not JSON.`);
    }
    const { success, data, error } = documentSchema.safeParse(json);
    if (success) return new ContractDocument(data);
    const [issue] = error.issues;
    throw wrongUsage(
      `${file} is not a document of catga describe: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }

  /** Resolves a schema's reference. */
  resolve(schema: Schema): Schema {
    let found = schema;
    for (let hops = 0; typeof found === 'object' && typeof found['$ref'] === 'string' && hops < 100; hops++)
      found = this.at(found['$ref']);
    return found;
  }

  private at(pointer: string): Schema {
    let value: unknown = this.root;
    for (const part of pointer.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      value =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    }
    return typeof value === 'object' && value !== null ? (value as Schema) : true;
  }
}

function lastOf(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1);
}
