import { describe, expect, it } from '@jest/globals';
import { Injectable, Scope, UseGuards } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import { refusal, start } from '../application.fixture.js';
import { CatgaMediator, Message, Query, RequestHandler } from '../index.js';

@Message({ cache: { ttlMs: 1000 } })
class Salary extends Query<number> {}

class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@RequestHandler(Salary)
@UseGuards(Nobody)
class GuardedHandler {
  handle(_query: Salary): number {
    return 1;
  }
}

@RequestHandler(Salary)
@Injectable({ scope: Scope.REQUEST })
class HandlerPerRequest {
  handle(_query: Salary): number {
    return 1;
  }
}

@RequestHandler(Salary)
class PlainHandler {
  calls = 0;
  handle(_query: Salary): number {
    return ++this.calls;
  }
}

describe('a cached query', () => {
  it.each([GuardedHandler, HandlerPerRequest])(
    'keeps the application from starting when %p looks at who asks: the cache would answer for it',
    async (handler) => {
      await expect(refusal({ providers: [handler] })).resolves.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining('Salary is cached'),
      });
    },
  );

  it('is answered from the cache by any other handler', async () => {
    const module = await start({ providers: [PlainHandler] });
    const mediator = module.get(CatgaMediator);
    await expect(Promise.all([mediator.send(new Salary()), mediator.send(new Salary())])).resolves.toEqual([
      1, 1,
    ]);
    await module.close();
  });
});
