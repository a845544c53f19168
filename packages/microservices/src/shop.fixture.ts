import 'reflect-metadata';
import { BadRequestException, Controller, Module, NotFoundException, UseFilters } from '@nestjs/common';
import type { DynamicModule, LoggerService, Provider, Type } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaError, CatgaModule, CatgaNode, Command, Message, Query, ReliableEvent } from '@catga/nestjs';
import type { CatgaModuleOptions } from '@catga/nestjs';
import { NEVER, finalize, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { CatgaClientProxy, CatgaRpcContext, CatgaRpcExceptionFilter, catgaStrategy } from './index.js';
import type { CatgaStrategyOptions } from './index.js';

@Message({ name: 'math.sum' })
export class Sum extends Query<number> {
  constructor(readonly numbers: readonly number[]) {
    super();
  }
}

@ReliableEvent()
@Message({ name: 'stock.changed' })
export class StockChanged {
  constructor(
    readonly sku: string,
    readonly left: number,
  ) {}
}

@Message({ name: 'errors.throw' })
export class Fail extends Command<never> {
  constructor(readonly kind: string) {
    super();
  }
}

/** What a handler throws, by kind. */
export function failure(kind: string): Error {
  switch (kind) {
    case 'rpc text':
      return new RpcException('sold out');
    case 'rpc object':
      return new RpcException({ sku: 'a', message: 'sold out' });
    case 'http':
      return new NotFoundException('no such order');
    case 'http object':
      return new BadRequestException({ fields: ['sku'] });
    case 'catga':
      return new CatgaError('CATGA_RATE_LIMITED', 'too many orders');
    case 'invalid':
      return new CatgaError('CATGA_VALIDATION_FAILED', 'not like this', {
        details: { issues: [{ path: 'sku', message: 'too short' }] },
      });
    default:
      return new Error('secret');
  }
}

/** What the handlers of the controller got. */
export class Heard {
  readonly said: unknown[] = [];
  failures = 0;
  /** Whether a stream that never ends by itself has ended. */
  ended = false;
}

@Controller()
@UseFilters(CatgaRpcExceptionFilter)
export class MathController {
  constructor(private readonly heard: Heard) {}

  @MessagePattern('math.sum')
  sum(@Payload() { numbers }: { readonly numbers: readonly number[] }): number {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern({ cmd: 'echo' })
  echo(@Payload() data: unknown): unknown {
    return data;
  }

  @MessagePattern('stream')
  stream(): Observable<number> {
    return of(1, 2, 3);
  }

  @MessagePattern('never')
  never(): Observable<never> {
    return NEVER.pipe(finalize(() => (this.heard.ended = true)));
  }

  @MessagePattern('nothing')
  nothing(): void {}

  @MessagePattern('late failure')
  lateFailure(): Observable<never> {
    return throwError(() => new RpcException('too late'));
  }

  @MessagePattern('context')
  context(@Ctx() context: CatgaRpcContext): unknown {
    const { messageId, attempt } = context.getMessage();
    const { 'catga-nest-values': _, ...said } = context.getMetadata();
    return { pattern: context.getPattern(), messageId, attempt, headers: said };
  }

  @MessagePattern('errors.throw')
  fail(@Payload() { kind }: { readonly kind: string }): never {
    throw failure(kind);
  }

  @EventPattern<string>('said')
  first(@Payload() data: unknown, @Ctx() context: CatgaRpcContext): void {
    this.heard.said.push([data, context.getHeaders()['tenant']]);
  }

  @EventPattern<string>('said')
  second(@Payload() data: unknown): void {
    this.heard.said.push(data);
  }

  @EventPattern<string>('stock.changed', { qos: 1, backoff: { initialDelayMs: 1 } })
  changed(@Payload() { sku, left }: StockChanged, @Ctx() context: CatgaRpcContext): void {
    if (context.getMessage().attempt === 1) {
      this.heard.failures++;
      throw new Error('not yet');
    }
    this.heard.said.push({ sku, left });
  }
}

export const SILENT: LoggerService = { log() {}, error() {}, warn() {}, debug() {}, verbose() {} };

/** Compiled, not initialised. */
export function compile(
  options: CatgaModuleOptions,
  parts: {
    readonly controllers?: Type[];
    readonly providers?: Provider[];
    readonly imports?: (Type | DynamicModule)[];
  } = {},
): Promise<TestingModule> {
  @Module({
    imports: [CatgaModule.forRoot(options), ...(parts.imports ?? [])],
    controllers: parts.controllers ?? [],
    providers: [CatgaClientProxy, ...(parts.providers ?? [])],
  })
  class ShopModule {}
  return Test.createTestingModule({ imports: [ShopModule] })
    .setLogger(SILENT)
    .compile();
}

/** A microservice that serves the controller over Catga. */
export async function serve(
  options: CatgaModuleOptions,
  heard: Heard = new Heard(),
  strategy: CatgaStrategyOptions = {},
): Promise<INestMicroservice> {
  const module = await compile(options, {
    controllers: [MathController],
    providers: [{ provide: Heard, useValue: heard }],
  });
  const app = module.createNestMicroservice({
    strategy: catgaStrategy(module.get(CatgaNode, { strict: false }), strategy),
  });
  await app.listen();
  return app;
}
