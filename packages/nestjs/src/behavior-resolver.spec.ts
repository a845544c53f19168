import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { refusal, start } from './application.fixture.js';
import { CatgaMediator, Command, EventHandler, Message, Query, RequestHandler } from './index.js';
import type {
  Behavior,
  BehaviorRef,
  Envelope,
  IRequestHandler,
  MessageContext,
  Next,
  OutgoingMessage,
  SendBehavior,
} from './index.js';

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

/** A behavior that writes its name down before and after. */
function around(name: string, journal: () => Journal): Behavior {
  return {
    async handle(envelope, _context, next) {
      journal().lines.push(`${name} > ${envelope.name}`);
      const result = await next();
      journal().lines.push(`< ${name}`);
      return result;
    },
  };
}

/** Not a provider: the container makes it, with its dependencies. */
@Injectable()
class Outer implements Behavior {
  static made = 0;
  constructor(private readonly journal: Journal) {
    Outer.made++;
  }
  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    return around('outer', () => this.journal).handle(envelope, context, next);
  }
}
@Injectable()
class Own implements Behavior {
  constructor(private readonly journal: Journal) {}
  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    return around('own', () => this.journal).handle(envelope, context, next);
  }
}

@Message({ behaviors: [Own] })
class Buy extends Command<string> {}

class Look extends Query<string> {}

class Looked {}

@Module({ providers: [Journal], exports: [Journal] })
class JournalModule {}

@RequestHandler(Buy)
class BuyHandler implements IRequestHandler<Buy> {
  constructor(private readonly journal: Journal) {}
  async handle(_command: Buy, context: MessageContext): Promise<string> {
    this.journal.lines.push('handler');
    await context.publish(new Looked());
    return 'bought';
  }
}

@RequestHandler(Look)
class LookHandler implements IRequestHandler<Look> {
  handle(_query: Look): string {
    return 'seen';
  }
}

@EventHandler(Looked)
class LookedHandler {
  handle(): void {}
}

async function linesOf(
  behaviors: readonly BehaviorRef[],
  providers: Provider[] = [],
  journal = new Journal(),
): Promise<readonly string[]> {
  const module = await start({
    imports: [{ module: JournalModule, global: true }],
    providers: [BuyHandler, LookHandler, LookedHandler, ...providers],
    options: { behaviors },
    override: (builder) => builder.overrideProvider(Journal).useValue(journal),
  });
  await module.get(CatgaMediator).send(new Buy());
  await module.get(CatgaMediator).send(new Look());
  await module.close();
  return journal.lines;
}

describe('behaviors', () => {
  it('go around every handler, the first one outermost, those of the message inside', async () => {
    const journal = new Journal();
    const behaviors = [around('first', () => journal), around('second', () => journal)];
    const lines = await linesOf(behaviors, [], journal);
    expect(lines.slice(0, 6)).toEqual([
      'first > Buy',
      'second > Buy',
      'own > Buy',
      'handler',
      'first > Looked',
      'second > Looked',
    ]);
    expect(lines.indexOf('< own')).toBeLessThan(lines.lastIndexOf('< second'));
    expect(lines.slice(-4)).toEqual(['first > Look', 'second > Look', '< second', '< first']);
  });

  it('may be classes, made by the container with their dependencies', async () => {
    const lines = await linesOf([Outer]);
    expect(lines.slice(0, 3)).toEqual(['outer > Buy', 'own > Buy', 'handler']);
    expect(lines).toContain('outer > Look');
  });

  it('are made once, however many handlers they go around', async () => {
    Outer.made = 0;
    await linesOf([Outer]);
    expect(Outer.made).toBe(1);
  });

  it("are the application's own providers where there are such", async () => {
    const kept: string[] = [];
    const mine: Behavior = {
      handle: (envelope, _context, next) => {
        kept.push(envelope.handler);
        return next();
      },
    };
    await linesOf([Outer], [{ provide: Outer, useValue: mine }]);
    expect(kept.toSorted()).toEqual(['BuyHandler', 'LookHandler', 'LookedHandler']);
  });

  it('of the send side may be classes too, and go around what is handed over, not around handlers', async () => {
    @Injectable()
    class Sending implements SendBehavior {
      readonly side = 'send';
      constructor(private readonly journal: Journal) {}
      handle({ operation, name }: OutgoingMessage, next: Next): Promise<unknown> {
        this.journal.lines.push(`${operation} ${name}`);
        return next();
      }
    }
    const journal = new Journal();
    const module = await start({
      imports: [{ module: JournalModule, global: true }],
      providers: [BuyHandler, LookHandler, LookedHandler],
      options: { behaviors: [Sending, around('handling', () => journal)] },
      override: (builder) => builder.overrideProvider(Journal).useValue(journal),
    });
    await module.get(CatgaMediator).send(new Look());
    await module.close();
    expect(journal.lines).toEqual(['send Look', 'handling > Look', '< handling']);
  });

  it('may answer instead of the handler', async () => {
    const module = await start({
      providers: [LookHandler],
      options: { behaviors: [{ handle: () => Promise.resolve('answered') }] },
    });
    await expect(module.get(CatgaMediator).send(new Look())).resolves.toBe('answered');
    await module.close();
  });

  it.each([Scope.REQUEST, Scope.TRANSIENT])('are refused where their scope is %s, by name', async (scope) => {
    @Injectable({ scope })
    class Scoped implements Behavior {
      handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
        return next();
      }
    }
    await expect(
      refusal({ providers: [LookHandler, Scoped], options: { behaviors: [Scoped] } }),
    ).resolves.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringMatching(/^The behavior Scoped must not be request-scoped or transient/),
    });
  });

  it.each([Scope.REQUEST, Scope.TRANSIENT])(
    'are refused where their scope is %s and they are no providers',
    async (scope) => {
      @Injectable({ scope })
      class Scoped implements Behavior {
        handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
          return next();
        }
      }
      await expect(refusal({ options: { behaviors: [Scoped] } })).resolves.toMatchObject({
        code: 'CATGA_CONFIGURATION',
      });
    },
  );

  it('are refused where they depend on something request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {}
    @Injectable()
    class NeedsTenant implements Behavior {
      constructor(readonly tenant: Tenant) {}
      handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
        return next();
      }
    }
    await expect(
      refusal({ providers: [Tenant, NeedsTenant], options: { behaviors: [NeedsTenant] } }),
    ).resolves.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('that cannot be made keep the application from starting, with the reason', async () => {
    class Broken implements Behavior {
      constructor() {
        throw new Error('no licence');
      }
      handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
        return next();
      }
    }
    await expect(refusal({ options: { behaviors: [Broken] } })).resolves.toMatchObject({
      message: 'no licence',
    });
  });
});
