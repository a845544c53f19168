import { describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import { standardSchemaValidator } from './message-validator.js';
import type { MessageValidator } from './message-validator.js';
import { ValidationBehavior } from './validation.behavior.js';

class Order {
  constructor(
    readonly customer: unknown,
    readonly lines: unknown = [{ sku: 'tea', quantity: 1 }],
  ) {}
  get size(): number {
    return (this.lines as readonly unknown[]).length;
  }
}

async function validate(message: object, ...validators: MessageValidator[]): Promise<object> {
  const envelope = { name: 'Order', message } as Envelope;
  const behavior = new ValidationBehavior(validators);
  return (await behavior.handle(envelope, {} as MessageContext, () =>
    Promise.resolve(envelope.message),
  )) as object;
}

const schemas: readonly (readonly [string, StandardSchemaV1])[] = [
  [
    'zod',
    z.object({
      customer: z.string().min(1),
      lines: z.array(z.object({ sku: z.string(), quantity: z.number().int().positive() })),
    }),
  ],
  [
    'valibot',
    v.object({
      customer: v.pipe(v.string(), v.minLength(1)),
      lines: v.array(v.object({ sku: v.string(), quantity: v.pipe(v.number(), v.integer(), v.minValue(1)) })),
    }),
  ],
  [
    'arktype',
    type({ customer: 'string >= 1', lines: type({ sku: 'string', quantity: 'number.integer > 0' }).array() }),
  ],
];

describe('validation', () => {
  it.each(schemas)('by a schema of %s lists every problem with its path', async (_, schema) => {
    const wrong = new Order('', [{ sku: 'tea', quantity: 0 }]);
    await expect(validate(wrong, standardSchemaValidator(schema))).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      retryable: false,
      message: expect.stringMatching(/^Order is invalid: .*customer.*;.*lines\.0\.quantity/) as unknown,
      details: {
        name: 'Order',
        issues: [
          { path: 'customer', message: expect.any(String) as unknown },
          { path: 'lines.0.quantity', message: expect.any(String) as unknown },
        ],
      },
    });
  });

  it.each(schemas)(
    'by a schema of %s lets a valid message through as an instance of its class',
    async (_, schema) => {
      const message = await validate(new Order('ann'), standardSchemaValidator(schema));
      expect(message).toBeInstanceOf(Order);
      expect(message).toEqual(new Order('ann'));
      expect((message as Order).size).toBe(1);
    },
  );

  it('gives the handler what the schema converted, and leaves the message of the caller alone', async () => {
    const schema = z.object({
      customer: z.string().transform((name) => name.trim()),
      lines: z.any().default([]),
    });
    const sent = new Order(' ann ');
    const handled = await validate(sent, standardSchemaValidator(schema));
    expect((handled as Order).customer).toBe('ann');
    expect(handled).toBeInstanceOf(Order);
    expect(sent.customer).toBe(' ann ');
  });

  it('waits for validators that take their time, and asks them one after another', async () => {
    const slow: MessageValidator = async () => {
      await Promise.resolve();
      return { valid: true, fields: { customer: 'converted', lines: [] } };
    };
    let seen: unknown;
    const looking: MessageValidator = (message) => {
      seen = (message as Order).customer;
      return { valid: true };
    };
    await validate(new Order('ann'), slow, looking);
    expect(seen).toBe('converted');
  });

  it('keeps what the schema converted from accessors, and runs no setter of the class', async () => {
    const schema = z.object({ customer: z.string(), lines: z.any(), size: z.number(), note: z.string() });
    class Noted extends Order {
      get note(): string {
        return 'own';
      }
      set note(_value: string) {
        throw new Error('a setter ran');
      }
    }
    const handled = (await validate(new Noted('ann'), standardSchemaValidator(schema))) as Noted;
    expect(handled).toBeInstanceOf(Noted);
    expect([handled.size, handled.note]).toEqual([1, 'own']);
  });

  it('stops at the first validator that refuses', async () => {
    const refusing: MessageValidator = () => ({ valid: false, issues: [{ path: '', message: 'is closed' }] });
    const unreached: MessageValidator = () => {
      throw new Error('unreached');
    };
    await expect(validate(new Order('ann'), refusing, unreached)).rejects.toMatchObject({
      message: 'Order is invalid: is closed',
    });
  });

  it('by an asynchronous schema works too', async () => {
    const schema = z.object({ customer: z.string().refine(async (name) => name !== 'bob', 'is unknown') });
    await expect(validate(new Order('bob'), standardSchemaValidator(schema))).rejects.toMatchObject({
      details: { issues: [{ path: 'customer', message: 'is unknown' }] },
    });
  });
});
