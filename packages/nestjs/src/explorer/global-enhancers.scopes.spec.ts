import { afterEach, describe, expect, it } from '@jest/globals';
import { Catch, ForbiddenException, Inject, Injectable, Scope, UseGuards } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
  Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, ContextIdFactory, REQUEST } from '@nestjs/core';
import type { ContextId, ContextIdStrategy } from '@nestjs/core';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { start } from '../application.fixture.js';
import { CatgaMediator, RequestHandler } from '../index.js';
import type { MessageRequest } from '../index.js';
import { Directory, Pay, Unguarded } from './cashier.fixture.js';

@RequestHandler(Pay)
class PayHandler extends Unguarded {
  static made = 0;
  constructor() {
    super();
    PayHandler.made++;
  }
}

@RequestHandler(Pay)
@Injectable({ scope: Scope.REQUEST })
class ScopedHandler extends Unguarded {
  constructor(@Inject(REQUEST) private readonly request: MessageRequest) {
    super();
  }
  override handle(): string {
    return `paid ${String((this.request.message as Pay).amount)}`;
  }
}

@Injectable({ scope: Scope.REQUEST })
class SmallAmounts implements CanActivate {
  static made = 0;
  constructor(
    @Inject(REQUEST) private readonly request: MessageRequest,
    private readonly directory: Directory,
  ) {
    SmallAmounts.made++;
  }
  canActivate(): boolean {
    return Number((this.request.message as Pay).amount) < 100 && this.directory.rolesOf.ada === 'cashier';
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class CashiersOnly implements CanActivate {
  static made = 0;
  constructor(private readonly directory: Directory) {
    CashiersOnly.made++;
  }
  canActivate(context: ExecutionContext): boolean {
    const [, { headers }] = context.getArgs<[Pay, { headers: Record<string, string> }]>();
    return this.directory.rolesOf[headers.user ?? ''] === 'cashier';
  }
}

@Injectable({ scope: Scope.REQUEST })
class ForUser implements NestInterceptor<string, string> {
  constructor(@Inject(REQUEST) private readonly request: MessageRequest) {}
  intercept(_context: ExecutionContext, next: CallHandler<string>): Observable<string> {
    return next.handle().pipe(map((answer) => `${answer} for ${this.request.headers.user ?? ''}`));
  }
}

@Injectable({ scope: Scope.REQUEST })
class Tip implements PipeTransform<Pay, Pay> {
  constructor(@Inject(REQUEST) private readonly request: MessageRequest) {}
  transform({ amount }: Pay): Pay {
    return new Pay(Number(amount) + Number(this.request.headers.tip));
  }
}

@Injectable({ scope: Scope.REQUEST })
@Catch(ForbiddenException)
class Explain implements ExceptionFilter<ForbiddenException> {
  constructor(@Inject(REQUEST) private readonly request: MessageRequest) {}
  catch(): string {
    return `not for ${this.request.headers.user ?? ''}`;
  }
}

async function started(...providers: Provider[]): Promise<{
  pay(amount: number, headers?: Record<string, string>): Promise<unknown>;
  close(): Promise<void>;
}> {
  const module = await start({ providers: [Directory, ...providers], options: { globalEnhancers: true } });
  return {
    pay: (amount, headers = {}) => module.get(CatgaMediator).send(new Pay(amount), { headers }),
    close: () => module.close(),
  };
}

describe.each([
  ['a singleton', PayHandler],
  ['a request-scoped handler', ScopedHandler],
])('around %s, a global enhancer', (_what, handler) => {
  it.each<[string, Provider[]]>([
    ['useClass', [{ provide: APP_GUARD, useClass: SmallAmounts }]],
    ['useExisting', [SmallAmounts, { provide: APP_GUARD, useExisting: SmallAmounts }]],
  ])('that is request-scoped is made for each message, with what it depends on (%s)', async (_how, guard) => {
    SmallAmounts.made = 0;
    const shop = await started(handler, ...guard);
    await expect(Promise.allSettled([shop.pay(5), shop.pay(500), shop.pay(7)])).resolves.toMatchObject([
      { value: 'paid 5' },
      { reason: { name: 'ForbiddenException' } },
      { value: 'paid 7' },
    ]);
    expect(SmallAmounts.made).toBe(3);
    await shop.close();
  });

  it('that is transient is made for each message, with what it depends on', async () => {
    const shop = await started(handler, { provide: APP_GUARD, useClass: CashiersOnly });
    CashiersOnly.made = 0;
    await expect(shop.pay(5, { user: 'ada' })).resolves.toBe('paid 5');
    await expect(shop.pay(5, { user: 'eve' })).rejects.toThrow(ForbiddenException);
    expect(CashiersOnly.made).toBe(2);
    await shop.close();
  });

  it('may be a request-scoped interceptor, filter, or factory', async () => {
    const shop = await started(
      handler,
      { provide: APP_INTERCEPTOR, useClass: ForUser },
      { provide: APP_FILTER, useClass: Explain },
      {
        provide: APP_GUARD,
        scope: Scope.REQUEST,
        inject: [REQUEST],
        useFactory: ({ headers }: MessageRequest): CanActivate => ({
          canActivate: () => headers.user === 'ada',
        }),
      },
    );
    await expect(shop.pay(5, { user: 'ada' })).resolves.toBe('paid 5 for ada');
    await expect(shop.pay(5, { user: 'eve' })).resolves.toBe('not for eve');
    await shop.close();
  });

  it('that cannot be made fails the message: none passes without its guard', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Broken implements CanActivate {
      constructor() {
        throw new Error('no directory');
      }
      canActivate(): boolean {
        return true;
      }
    }
    const shop = await started(handler, { provide: APP_GUARD, useClass: Broken });
    await expect(shop.pay(5)).rejects.toThrow('no directory');
    await shop.close();
  });
});

describe('a singleton', () => {
  it('stays one, with request-scoped global pipes and transient guards of its own', async () => {
    @RequestHandler(Pay)
    @UseGuards(CashiersOnly)
    class Guarded extends PayHandler {}
    PayHandler.made = 0;
    const shop = await started(Guarded, { provide: APP_PIPE, useClass: Tip });
    await expect(shop.pay(5, { user: 'ada', tip: '1' })).resolves.toBe('paid 6');
    await expect(shop.pay(5, { user: 'ada', tip: '2' })).resolves.toBe('paid 7');
    await expect(shop.pay(5, { user: 'eve', tip: '2' })).rejects.toThrow(ForbiddenException);
    expect(PayHandler.made).toBe(1);
    await shop.close();
  });
});

describe('a durable global enhancer', () => {
  const trees = new Map<string, ContextId>();

  class PerTenant implements ContextIdStrategy<MessageRequest> {
    attach(contextId: ContextId, { headers }: MessageRequest): ReturnType<ContextIdStrategy['attach']> {
      const tenant = headers.tenant ?? '';
      const tree = trees.get(tenant) ?? { id: trees.size + 1 };
      trees.set(tenant, tree);
      return { resolve: ({ isTreeDurable }) => (isTreeDurable ? tree : contextId), payload: { tenant } };
    }
  }

  class SingleUse implements ContextIdStrategy {
    attach(contextId: ContextId): ReturnType<ContextIdStrategy['attach']> {
      return () => contextId;
    }
  }

  // Nest keeps the strategy for the process; each test file has its own.
  afterEach(() => ContextIdFactory.apply(new SingleUse()));

  it('is made once for each tenant of the strategy, whose payload is what REQUEST gives', async () => {
    ContextIdFactory.apply(new PerTenant());
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class ForTenant implements NestInterceptor<string, string> {
      static made: string[] = [];
      constructor(@Inject(REQUEST) private readonly payload: { readonly tenant: string }) {
        ForTenant.made.push(payload.tenant);
      }
      intercept(_context: ExecutionContext, next: CallHandler<string>): Observable<string> {
        return next.handle().pipe(map((answer) => `${answer} at ${this.payload.tenant}`));
      }
    }
    const shop = await started(PayHandler, { provide: APP_INTERCEPTOR, useClass: ForTenant });
    const answers: unknown[] = [];
    for (const tenant of ['a', 'b', 'a']) answers.push(await shop.pay(5, { tenant }));
    await shop.close();
    expect(answers).toEqual(['paid 5 at a', 'paid 5 at b', 'paid 5 at a']);
    expect(ForTenant.made).toEqual(['a', 'b']);
  });
});
