import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import type { ContextId, ContextIdStrategy, HostComponentInfo } from '@nestjs/core';
import { start } from '../application.fixture.js';
import {
  CatgaErrorSink,
  CatgaMediator,
  Command,
  EventHandler,
  ReliableEvent,
  RequestHandler,
} from '../index.js';
import type { IEventHandler, IRequestHandler, MessageContext, MessageRequest } from '../index.js';

class Ask extends Command<string> {
  constructor(readonly tenant: string) {
    super();
  }
}

@ReliableEvent()
class Asked {
  constructor(readonly tenant: string) {}
}

/** Made per message because it depends on the message. */
@Injectable({ scope: Scope.REQUEST })
class Tenant {
  static made = 0;
  readonly number = ++Tenant.made;
  constructor(@Inject(REQUEST) readonly request: MessageRequest) {}
  get name(): string {
    return (this.request.message as Ask | Asked).tenant;
  }
}

@Injectable()
class Answers {
  readonly lines: string[] = [];
}

@RequestHandler(Ask)
@Injectable({ scope: Scope.REQUEST })
class ScopedHandler implements IRequestHandler<Ask> {
  static made = 0;
  constructor(@Inject(REQUEST) private readonly request: MessageRequest) {
    ScopedHandler.made++;
  }
  handle(command: Ask, context: MessageContext): string {
    const { message, context: injected, headers } = this.request;
    return `${message === command} ${injected === context} ${headers.via ?? 'nothing'}`;
  }
}

/** A singleton by decoration, scoped by what it needs. */
@RequestHandler(Ask)
class BubblingHandler implements IRequestHandler<Ask> {
  constructor(
    private readonly tenant: Tenant,
    private readonly other: Tenant,
  ) {}
  handle(): string {
    return `${this.tenant.name} ${this.tenant === this.other}`;
  }
}

@RequestHandler(Ask)
@Injectable({ scope: Scope.TRANSIENT })
class TransientHandler implements IRequestHandler<Ask> {
  private calls = 0;
  handle(): string {
    return `call ${++this.calls}`;
  }
}

@EventHandler(Asked)
class ScopedSubscriber implements IEventHandler<Asked> {
  constructor(
    private readonly tenant: Tenant,
    private readonly answers: Answers,
  ) {}
  handle(): void {
    this.answers.lines.push(this.tenant.name);
  }
}

async function answers(handler: new (...args: never[]) => object, ...tenants: string[]): Promise<string[]> {
  const module = await start({ providers: [handler, Tenant, Answers] });
  const mediator = module.get(CatgaMediator);
  try {
    return await Promise.all(
      tenants.map((tenant) => mediator.send(new Ask(tenant), { headers: { via: tenant } })),
    );
  } finally {
    await module.close();
  }
}

describe('a request-scoped handler', () => {
  it('is made for each message, with @Inject(REQUEST) giving the message and its context', async () => {
    ScopedHandler.made = 0;
    await expect(answers(ScopedHandler, 'a', 'b')).resolves.toEqual(['true true a', 'true true b']);
    expect(ScopedHandler.made).toBe(2);
  });

  it('is what a singleton becomes that depends on something request-scoped', async () => {
    await expect(answers(BubblingHandler, 'a', 'b', 'c')).resolves.toEqual(['a true', 'b true', 'c true']);
  });

  it('handles reliable events, each delivery with its own dependencies', async () => {
    const module = await start({ providers: [ScopedSubscriber, Tenant, Answers] });
    await module.get(CatgaMediator).publishBatch([new Asked('a'), new Asked('b')]);
    await module.close();
    expect(module.get(Answers).lines.toSorted()).toEqual(['a', 'b']);
  });

  it('works as a method of a provider', async () => {
    @Injectable()
    class Handlers {
      constructor(private readonly tenant: Tenant) {}
      @RequestHandler(Ask)
      ask(): string {
        return this.tenant.name;
      }
    }
    await expect(answers(Handlers, 'a', 'b')).resolves.toEqual(['a', 'b']);
  });

  it('works behind useClass and useFactory under a class token', async () => {
    abstract class Asking {}
    for (const provider of [
      { provide: Asking, useClass: ScopedHandler, scope: Scope.REQUEST },
      {
        provide: ScopedHandler,
        scope: Scope.REQUEST,
        inject: [REQUEST],
        useFactory: (request: MessageRequest) => new ScopedHandler(request),
      },
    ]) {
      const module = await start({ providers: [provider] });
      await expect(module.get(CatgaMediator).send(new Ask('a'))).resolves.toBe('true true nothing');
      await module.close();
    }
  });

  it('fails the message, not the process, when it cannot be made', async () => {
    @RequestHandler(Ask)
    @Injectable({ scope: Scope.REQUEST })
    class Unmakeable implements IRequestHandler<Ask> {
      constructor() {
        throw new Error('no connection for this tenant');
      }
      handle(): string {
        return '';
      }
    }
    await expect(answers(Unmakeable, 'a')).rejects.toThrow('no connection for this tenant');
  });

  it('fails an event visibly when it cannot be made', async () => {
    class Plain {}
    @EventHandler(Plain)
    @Injectable({ scope: Scope.REQUEST })
    class Unmakeable implements IEventHandler<Plain> {
      constructor() {
        throw new Error('no connection');
      }
      handle(): void {}
    }
    const module = await start({ providers: [Unmakeable] });
    await module.get(CatgaMediator).publish(new Plain());
    await module.close();
    expect(module.get(CatgaErrorSink).failures.get('Unmakeable')).toBe(1);
  });
});

describe('a transient handler', () => {
  it('is made for each message', async () => {
    await expect(answers(TransientHandler, 'a', 'b', 'a')).resolves.toEqual(['call 1', 'call 1', 'call 1']);
  });
});

describe('a durable handler', () => {
  /** One tree of instances per tenant, as an application that serves many would do. */
  class PerTenant implements ContextIdStrategy<MessageRequest> {
    private readonly ids = new Map<string, ContextId>();
    attach(contextId: ContextId, { message }: MessageRequest): ReturnType<ContextIdStrategy['attach']> {
      const { tenant } = message as Ask;
      const shared = this.ids.get(tenant) ?? ContextIdFactory.create();
      this.ids.set(tenant, shared);
      return {
        resolve: (info: HostComponentInfo) => (info.isTreeDurable ? shared : contextId),
        payload: { tenantId: tenant },
      };
    }
  }

  @Injectable({ scope: Scope.REQUEST, durable: true })
  class Connection {
    static made: string[] = [];
    constructor(@Inject(REQUEST) readonly payload: { readonly tenantId: string }) {
      Connection.made.push(payload.tenantId);
    }
  }

  @RequestHandler(Ask)
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class DurableHandler implements IRequestHandler<Ask> {
    private calls = 0;
    constructor(private readonly connection: Connection) {}
    handle(): string {
      return `${this.connection.payload.tenantId} ${++this.calls}`;
    }
  }

  // Nest keeps the strategy for the process; each test file has its own.
  afterEach(() => ContextIdFactory.apply(new SingleUse()));

  class SingleUse implements ContextIdStrategy {
    attach(contextId: ContextId): ReturnType<ContextIdStrategy['attach']> {
      return () => contextId;
    }
  }

  it('is made once for each tenant of the strategy, whose payload is what REQUEST gives', async () => {
    ContextIdFactory.apply(new PerTenant());
    Connection.made = [];
    const module = await start({ providers: [DurableHandler, Connection] });
    const mediator = module.get(CatgaMediator);
    const all: string[] = [];
    for (const tenant of ['a', 'b', 'a', 'a']) all.push(await mediator.send(new Ask(tenant)));
    await module.close();
    expect(all).toEqual(['a 1', 'b 1', 'a 2', 'a 3']);
    expect(Connection.made).toEqual(['a', 'b']);
  });

  it('leaves request-scoped handlers what they were: one per message, with the payload beside the message', async () => {
    ContextIdFactory.apply(new PerTenant());
    @RequestHandler(Ask)
    @Injectable({ scope: Scope.REQUEST })
    class PerMessage implements IRequestHandler<Ask> {
      constructor(
        @Inject(REQUEST) private readonly request: MessageRequest & { readonly tenantId: string },
      ) {}
      handle(command: Ask): string {
        return `${this.request.tenantId} ${this.request.message === command}`;
      }
    }
    await expect(answers(PerMessage, 'a', 'b')).resolves.toEqual(['a true', 'b true']);
  });
});
