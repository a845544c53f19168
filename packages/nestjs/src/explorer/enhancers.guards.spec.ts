import { describe, expect, it } from '@jest/globals';
import { ForbiddenException, Inject, Injectable, Scope, UseGuards, UsePipes } from '@nestjs/common';
import type { CanActivate, ExecutionContext, PipeTransform } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { start } from '../application.fixture.js';
import { CatgaMediator, Command, RequestHandler } from '../index.js';
import type { IRequestHandler, MessageContext, MessageRequest } from '../index.js';
import { Directory, Pay, Roles, RolesGuard, Unguarded, send } from './cashier.fixture.js';

describe('a guard', () => {
  @RequestHandler(Pay)
  @UseGuards(RolesGuard)
  @Roles('cashier')
  class Guarded extends Unguarded {}

  it('lets through whom it knows', async () => {
    await expect(send(Guarded, new Pay(5), 'ada')).resolves.toBe('paid 5');
  });

  it("denies with Nest's ForbiddenException, which reaches the caller", async () => {
    const error = await send(Guarded, new Pay(5), 'eve').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ForbiddenException);
    expect((error as ForbiddenException).getStatus()).toBe(403);
  });

  it("sees the context type 'catga', the message and its context, the class and the method", async () => {
    await send(Guarded, new Pay(5), 'ada');
    const context = RolesGuard.seen!;
    expect(context.getType()).toBe('catga');
    expect(context.getArgs()).toHaveLength(2);
    expect(context.getArgByIndex(0)).toEqual(new Pay(5));
    expect(context.getArgByIndex<MessageContext>(1).headers).toEqual({ user: 'ada' });
    expect(context.getClass()).toBe(Guarded);
    expect(context.getHandler()).toBe(Guarded.prototype.handle);
  });

  it('guards one method of a provider and not the others', async () => {
    class Refund extends Command<string> {}
    @Injectable()
    class Cashier {
      @RequestHandler(Pay)
      @UseGuards(RolesGuard)
      @Roles('cashier')
      pay(_message: Pay): string {
        return 'paid';
      }
      @RequestHandler(Refund)
      refund(_message: Refund): string {
        return 'refunded';
      }
    }
    await expect(send([Cashier], new Pay(5))).rejects.toThrow(ForbiddenException);
    await expect(send([Cashier], new Pay(5), 'ada')).resolves.toBe('paid');
    await expect(send([Cashier], new Refund())).resolves.toBe('refunded');
  });

  it('may be an instance', async () => {
    @RequestHandler(Pay)
    @UseGuards({ canActivate: () => false })
    class Closed extends Unguarded {}
    await expect(send(Closed, new Pay(5), 'ada')).rejects.toThrow(ForbiddenException);
  });

  it('may be request-scoped: then it, and the handler, are made for each message', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class SmallAmounts implements CanActivate {
      static made = 0;
      constructor(@Inject(REQUEST) private readonly request: MessageRequest) {
        SmallAmounts.made++;
      }
      canActivate(): boolean {
        return Number((this.request.message as Pay).amount) < 100;
      }
    }
    @RequestHandler(Pay)
    @UseGuards(SmallAmounts)
    class SmallPayments extends Unguarded {}
    await expect(send(SmallPayments, new Pay(5))).resolves.toBe('paid 5');
    await expect(send(SmallPayments, new Pay(500))).rejects.toThrow(ForbiddenException);
    expect(SmallAmounts.made).toBe(2);
  });

  it('may be transient, on a singleton', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class KnownOnly implements CanActivate {
      constructor(private readonly directory: Directory) {}
      canActivate(context: ExecutionContext): boolean {
        const [, { headers }] = context.getArgs<[Pay, MessageContext]>();
        return this.directory.rolesOf[headers.user ?? ''] !== undefined;
      }
    }
    @RequestHandler(Pay)
    @UseGuards(KnownOnly)
    class KnownPayers extends Unguarded {}
    await expect(send(KnownPayers, new Pay(5), 'ada')).resolves.toBe('paid 5');
    await expect(send(KnownPayers, new Pay(5), 'eve')).rejects.toThrow(ForbiddenException);
  });

  it('guards a request-scoped handler', async () => {
    @RequestHandler(Pay)
    @UseGuards(RolesGuard)
    @Roles('cashier')
    @Injectable({ scope: Scope.REQUEST })
    class ScopedGuarded extends Unguarded {}
    await expect(send(ScopedGuarded, new Pay(5), 'ada')).resolves.toBe('paid 5');
    await expect(send(ScopedGuarded, new Pay(5), 'eve')).rejects.toThrow(ForbiddenException);
  });

  it.each([
    ['useClass', { provide: 'cashier', useClass: Guarded }],
    ['useFactory', { provide: 'cashier', useFactory: () => new Guarded() }],
    ['useFactory under its class', { provide: Guarded, useFactory: () => new Guarded() }],
    ['useValue', { provide: 'cashier', useValue: new Guarded() }],
  ])(
    'is never left out: behind %s it guards, or the application refuses to start',
    async (_how, provider) => {
      const outcome = send([provider], new Pay(5), 'eve');
      await expect(outcome).rejects.toThrow(
        /Forbidden resource|Guarded \(RootTestModule\) is not provided as a class.*RolesGuard/,
      );
    },
  );
});

@Injectable()
class Untouched implements PipeTransform {
  transform(message: unknown): unknown {
    return message;
  }
}

describe('an overridden handler', () => {
  it('keeps working when the class it stands for has enhancers', async () => {
    @RequestHandler(Pay)
    @UsePipes(Untouched)
    @UseGuards(RolesGuard)
    @Roles('cashier')
    class Guarded implements IRequestHandler<Pay> {
      handle(): string {
        return 'real';
      }
    }
    const module = await start({
      providers: [Directory, Guarded],
      override: (builder) => builder.overrideProvider(Guarded).useValue({ handle: () => 'fake' }),
    });
    await expect(module.get(CatgaMediator).send(new Pay(5))).resolves.toBe('fake');
    expect(Reflect.getMetadataKeys(Object, 'handle')).toEqual([]);
    await module.close();
  });
});
