import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { type } from 'arktype';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import * as v from 'valibot';
import { z } from 'zod';
import { start, stillClock } from '../application.fixture.js';
import {
  CatgaDeadLetters,
  CatgaError,
  CatgaMediator,
  Command,
  EventHandler,
  Message,
  ReliableEvent,
  RequestHandler,
} from '../index.js';
import type { IRequestHandler, MessageOptions, ValidationIssue } from '../index.js';

class Line {
  @IsString() readonly sku: string;
  @IsInt() @Min(1) readonly quantity: number;
  constructor(sku: string, quantity: number) {
    this.sku = sku;
    this.quantity = quantity;
  }
}

class PlaceOrder extends Command<number> {
  @IsString() readonly customerId: string;
  @ValidateNested({ each: true }) readonly lines: readonly Line[];
  constructor(customerId: string, lines: readonly Line[]) {
    super();
    this.customerId = customerId;
    this.lines = lines;
  }
}

@RequestHandler(PlaceOrder)
class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  static handled = 0;
  handle({ lines }: PlaceOrder): number {
    PlaceOrderHandler.handled++;
    return lines.length;
  }
}

@ReliableEvent()
class Weighed {
  @IsInt() readonly grams: number;
  constructor(grams: number) {
    this.grams = grams;
  }
}

@EventHandler(Weighed)
class WeighedHandler {
  static handled = 0;
  handle(): void {
    WeighedHandler.handled++;
  }
}

async function issuesOf(providers: (new () => object)[], command: Command<unknown>): Promise<unknown> {
  const module = await start({ providers });
  const result = await module.get(CatgaMediator).trySend(command);
  await module.close();
  if (result.ok) return result.value;
  expect(result.error).toBeInstanceOf(CatgaError);
  expect(result.error).toMatchObject({ code: 'CATGA_VALIDATION_FAILED', retryable: false });
  return (result.error as CatgaError).details.issues;
}

describe("a message with class-validator's decorators", () => {
  it('is handled when it is valid', async () => {
    await expect(issuesOf([PlaceOrderHandler], new PlaceOrder('c1', [new Line('tea', 2)]))).resolves.toBe(1);
  });

  it('is refused before its handler runs, with every problem and its path, nested ones included', async () => {
    PlaceOrderHandler.handled = 0;
    const order = new PlaceOrder(7 as unknown as string, [new Line('tea', 2), new Line('milk', 0)]);
    await expect(issuesOf([PlaceOrderHandler], order)).resolves.toEqual([
      { path: 'customerId', message: 'customerId must be a string' },
      { path: 'lines.1.quantity', message: 'quantity must not be less than 1' },
    ]);
    expect(PlaceOrderHandler.handled).toBe(0);
  });

  it('is checked by the rules it inherits', async () => {
    class RushOrder extends PlaceOrder {}
    @RequestHandler(RushOrder)
    class RushOrderHandler extends PlaceOrderHandler {}
    await expect(
      issuesOf([RushOrderHandler], new RushOrder('c1', [new Line('tea', 0)])),
    ).resolves.toHaveLength(1);
  });

  it('becomes a dead letter at once if it is a reliable event', async () => {
    const { clock } = stillClock();
    const module = await start({ providers: [WeighedHandler], services: { clock } });
    await module.get(CatgaMediator).publish(new Weighed(0.5));
    await clock.advance(0);
    const { items } = await module.get(CatgaDeadLetters).list();
    expect(items).toMatchObject([
      { name: 'Weighed', attempts: 1, error: { code: 'CATGA_VALIDATION_FAILED' } },
    ]);
    expect(WeighedHandler.handled).toBe(0);
    await module.close();
  });

  it('is a class of its own: a message without rules is not looked at', async () => {
    class Free extends Command<unknown> {
      constructor(readonly anything: unknown) {
        super();
      }
    }
    @Injectable()
    class FreeHandler {
      @RequestHandler(Free)
      handle({ anything }: Free): unknown {
        return anything;
      }
    }
    await expect(issuesOf([FreeHandler], new Free('x'))).resolves.toBe('x');
  });
});

describe('a message with a schema', () => {
  const schemas: readonly (readonly [string, MessageOptions['schema']])[] = [
    ['zod', z.object({ sku: z.string().min(2), quantity: z.int().default(1) })],
    ['valibot', v.object({ sku: v.pipe(v.string(), v.minLength(2)), quantity: v.optional(v.number(), 1) })],
    ['arktype', type({ sku: 'string >= 2', quantity: 'number = 1' })],
  ];

  it.each(schemas)(
    'of %s gets defaults, as an instance of its class, or every issue with its path',
    async (_, schema) => {
      @Message({ schema })
      class AddLine extends Command<unknown> {
        constructor(
          readonly sku: unknown,
          readonly quantity?: number,
        ) {
          super();
          if (quantity === undefined) Reflect.deleteProperty(this, 'quantity');
        }
      }
      @RequestHandler(AddLine)
      class AddLineHandler implements IRequestHandler<AddLine> {
        handle(line: AddLine): unknown {
          return [line instanceof AddLine, line.sku, line.quantity];
        }
      }
      await expect(issuesOf([AddLineHandler], new AddLine('tea'))).resolves.toEqual([true, 'tea', 1]);
      const issues = (await issuesOf(
        [AddLineHandler],
        new AddLine('x', 'two' as never),
      )) as ValidationIssue[];
      expect(issues.map(({ path }) => path).toSorted()).toEqual(['quantity', 'sku']);
    },
  );
});
