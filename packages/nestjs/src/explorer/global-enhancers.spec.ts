import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  ForbiddenException,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
  Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { IsInt } from 'class-validator';
import { map } from 'rxjs';
import { LogBook, refusal, start, stillClock } from '../application.fixture.js';
import {
  CatgaDeadLetters,
  CatgaError,
  CatgaExceptionFilter,
  CatgaMediator,
  CatgaModule,
  Command,
  EventHandler,
  Message,
  Query,
  ReliableEvent,
  RequestHandler,
} from '../index.js';
import type { CatgaModuleExtras, MessageContext } from '../index.js';
import { Directory, Pay, Roles, RolesGuard, Unguarded } from './cashier.fixture.js';

@RequestHandler(Pay)
class PayHandler extends Unguarded {}

@RequestHandler(Pay)
class Refuse {
  handle({ amount }: Pay): string {
    throw new RangeError(`${String(amount)} is too much`);
  }
}

const deny: CanActivate = { canActivate: () => false };
const shout: NestInterceptor = {
  intercept: (_context, next: CallHandler<string>) => next.handle().pipe(map((answer) => `${answer}!`)),
};
const double: PipeTransform = {
  transform: (message: Pay) => new Pay(Number(message.amount) * 2),
};
@Catch(RangeError)
class Apology implements ExceptionFilter<RangeError> {
  catch(error: RangeError): string {
    return `sorry: ${error.message}`;
  }
}

const ON: CatgaModuleExtras = { globalEnhancers: true };

/** What the sender of 5 gets. */
async function pay(
  providers: Provider[],
  options: CatgaModuleExtras = ON,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const module = await start({ providers, options });
  try {
    return await module.get(CatgaMediator).send(new Pay(5), { headers });
  } finally {
    await module.close();
  }
}

describe('global enhancers', () => {
  it.each<[string, CatgaModuleExtras]>([
    ['by default', {}],
    ['with globalEnhancers: undefined', { globalEnhancers: undefined }],
    ['with globalEnhancers: false', { globalEnhancers: false }],
  ])('%s apply to no handler, whether it has enhancers of its own or not', async (_how, options) => {
    const globals: Provider[] = [
      { provide: APP_GUARD, useValue: deny },
      { provide: APP_INTERCEPTOR, useValue: shout },
      { provide: APP_PIPE, useValue: double },
      { provide: APP_FILTER, useClass: Apology },
    ];
    @RequestHandler(Pay)
    @UseGuards({ canActivate: () => true })
    @UseInterceptors({ intercept: (_context: ExecutionContext, next: CallHandler) => next.handle() })
    @UsePipes({ transform: (message: unknown) => message })
    @UseFilters({ catch: () => 'never' } as ExceptionFilter)
    class Enhanced extends Unguarded {}
    await expect(pay([PayHandler, ...globals], options)).resolves.toBe('paid 5');
    await expect(pay([Enhanced, ...globals], options)).resolves.toBe('paid 5');
    await expect(pay([Refuse, ...globals], options)).rejects.toThrow(RangeError);
  });

  it.each<[string, Provider, Provider, unknown]>([
    [
      'APP_GUARD',
      PayHandler,
      { provide: APP_GUARD, useValue: deny },
      new ForbiddenException('Forbidden resource'),
    ],
    ['APP_INTERCEPTOR', PayHandler, { provide: APP_INTERCEPTOR, useValue: shout }, 'paid 5!'],
    ['APP_PIPE', PayHandler, { provide: APP_PIPE, useValue: double }, 'paid 10'],
    ['APP_FILTER', Refuse, { provide: APP_FILTER, useClass: Apology }, 'sorry: 5 is too much'],
  ])('of %s apply with globalEnhancers: true', async (_kind, handler, provider, expected) => {
    const outcome = await pay([handler, provider]).catch((thrown: unknown) => thrown);
    expect(outcome).toEqual(expected);
  });

  it.each(['guard', 'interceptor', 'pipe', 'filter'])(
    'of app.useGlobal…() apply with globalEnhancers: true, and with forRootAsync (%s)',
    async (kind) => {
      const module = await Test.createTestingModule({
        imports: [CatgaModule.forRootAsync({ useFactory: () => ({}), ...ON })],
        providers: [kind === 'filter' ? Refuse : PayHandler],
      })
        .setLogger(new LogBook())
        .compile();
      const app = module.createNestApplication();
      if (kind === 'guard') app.useGlobalGuards(deny);
      if (kind === 'interceptor') app.useGlobalInterceptors(shout);
      if (kind === 'pipe') app.useGlobalPipes(double);
      if (kind === 'filter') app.useGlobalFilters(new Apology());
      await app.init();
      const answer = await app
        .get(CatgaMediator)
        .send(new Pay(5))
        .catch((thrown: unknown) => thrown);
      expect(answer).toEqual(
        {
          guard: new ForbiddenException('Forbidden resource'),
          interceptor: 'paid 5!',
          pipe: 'paid 10',
          filter: 'sorry: 5 is too much',
        }[kind],
      );
      await app.close();
    },
  );

  it('go around those of the class and of the method', async () => {
    const order: string[] = [];
    const guard = (name: string): CanActivate => ({ canActivate: () => order.push(name) > 0 });
    const step = (name: string): NestInterceptor => ({
      intercept: (_context, next) => (order.push(name), next.handle()),
    });
    @RequestHandler(Pay)
    @UseGuards(guard('guard of the class'))
    @UseInterceptors(step('interceptor of the class'))
    class Steps extends Unguarded {
      @UseGuards(guard('guard of the method'))
      @UseInterceptors(step('interceptor of the method'))
      override handle(): string {
        order.push('handler');
        return '';
      }
    }
    await pay([
      Steps,
      { provide: APP_INTERCEPTOR, useValue: step('global interceptor') },
      { provide: APP_GUARD, useValue: guard('global guard') },
    ]);
    expect(order).toEqual([
      'global guard',
      'guard of the class',
      'guard of the method',
      'global interceptor',
      'interceptor of the class',
      'interceptor of the method',
      'handler',
    ]);
  });

  it("see the context type 'catga', the message, its context, and what the handler's class says", async () => {
    @RequestHandler(Pay)
    @Roles('cashier')
    class ForCashiers extends Unguarded {}
    const providers = [ForCashiers, Directory, { provide: APP_GUARD, useClass: RolesGuard }];
    await expect(pay(providers, ON, { user: 'ada' })).resolves.toBe('paid 5');
    await expect(pay(providers, ON, { user: 'eve' })).rejects.toThrow(ForbiddenException);
    expect(RolesGuard.seen?.getType()).toBe('catga');
    expect(RolesGuard.seen?.getClass()).toBe(ForCashiers);
    expect(RolesGuard.seen?.getHandler()).toBe(Unguarded.prototype.handle);
  });

  it('apply to methods of providers, to handlers that a test replaces, and leave Object as it was', async () => {
    @Injectable()
    class Till {
      @RequestHandler(Pay)
      pay({ amount }: Pay, { headers }: MessageContext): string {
        return `paid ${String(amount)} by ${headers.user ?? ''}`;
      }
    }
    const pipe = { provide: APP_PIPE, useValue: double };
    await expect(pay([Till, pipe], ON, { user: 'ada' })).resolves.toBe('paid 10 by ada');
    const module = await start({
      providers: [PayHandler, pipe],
      options: ON,
      override: (builder) =>
        builder
          .overrideProvider(PayHandler)
          .useValue({ handle: ({ amount }: Pay) => `fake ${String(amount)}` }),
    });
    await expect(module.get(CatgaMediator).send(new Pay(5))).resolves.toBe('fake 10');
    expect(Reflect.getMetadataKeys(Object, 'handle')).toEqual([]);
    await module.close();
  });

  it('may be ValidationPipe, for every message', async () => {
    class Charge extends Command<string> {
      @IsInt() readonly cents: number;
      constructor(cents: number) {
        super();
        this.cents = cents;
      }
    }
    @RequestHandler(Charge)
    class ChargeHandler {
      handle({ cents }: Charge): string {
        return `charged ${cents}`;
      }
    }
    const module = await start({
      providers: [
        ChargeHandler,
        {
          provide: APP_PIPE,
          useValue: new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }),
        },
      ],
      options: ON,
    });
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Charge(5))).resolves.toBe('charged 5');
    await expect(mediator.send(Object.assign(new Charge(5), { surprise: 'boo' }))).rejects.toMatchObject({
      status: 400,
      response: { message: ['property surprise should not exist'] },
    });
    await module.close();
  });

  it('guard events, reliable events and queued commands too', async () => {
    class Seen {}
    @ReliableEvent()
    class Paid {}
    class Print extends Command {}
    const handled: string[] = [];
    @Injectable()
    class Handlers {
      @EventHandler(Seen, { name: 'seen' })
      onSeen(): void {
        handled.push('seen');
      }
      @EventHandler(Paid, { name: 'paid', maxAttempts: 1 })
      onPaid(): void {
        handled.push('paid');
      }
      @RequestHandler(Print, { maxAttempts: 1 })
      print(): void {
        handled.push('print');
      }
    }
    const services = stillClock();
    const module = await start({
      providers: [Handlers, { provide: APP_GUARD, useValue: deny }],
      options: ON,
      services,
    });
    const mediator = module.get(CatgaMediator);
    await mediator.publish(new Seen());
    await mediator.publish(new Paid());
    await mediator.enqueue(new Print());
    await services.clock.advance(10);
    await expect(module.get(CatgaDeadLetters).list()).resolves.toMatchObject({
      items: [{ error: { name: 'ForbiddenException' } }, { error: { name: 'ForbiddenException' } }],
    });
    expect(handled).toEqual([]);
    await module.close();
  });

  it('may include CatgaExceptionFilter, which leaves errors of handlers what they are', async () => {
    @RequestHandler(Pay)
    class Full {
      handle(_message: Pay): string {
        throw new CatgaError('CATGA_OVERLOADED', 'full');
      }
    }
    await expect(pay([Full, { provide: APP_FILTER, useClass: CatgaExceptionFilter }])).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      message: 'full',
    });
  });
});

describe('a cached query', () => {
  @Message({ cache: { ttlMs: 1000 } })
  class Salary extends Query<number> {}
  @RequestHandler(Salary)
  class SalaryHandler {
    handle(_query: Salary): number {
      return 1;
    }
  }

  it.each([
    { provide: APP_GUARD, useValue: deny },
    { provide: APP_INTERCEPTOR, useValue: shout },
  ])(
    'keeps the application from starting when a global enhancer looks at who asks ($provide)',
    async (provider) => {
      await expect(refusal({ providers: [SalaryHandler, provider], options: ON })).resolves.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining('Salary is cached'),
      });
    },
  );

  it('may have global pipes and filters', async () => {
    const module = await start({
      providers: [
        SalaryHandler,
        { provide: APP_PIPE, useValue: { transform: (query: unknown) => query } },
        { provide: APP_FILTER, useClass: Apology },
      ],
      options: ON,
    });
    await expect(module.get(CatgaMediator).send(new Salary())).resolves.toBe(1);
    await module.close();
  });
});

describe('the option globalEnhancers', () => {
  it('that is neither true nor false keeps the application from starting', async () => {
    await expect(
      refusal({ options: { globalEnhancers: 'false' } as unknown as CatgaModuleExtras }),
    ).resolves.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('globalEnhancers: expected true or false'),
    });
  });
});
