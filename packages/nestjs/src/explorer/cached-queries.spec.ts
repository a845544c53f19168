import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Logger, Scope, UseGuards } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CatgaMediator, CatgaModule, Message, Query, RequestHandler } from '../index.js';

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

Logger.overrideLogger(false);

async function start(handler: Type): Promise<CatgaMediator> {
  const module = await Test.createTestingModule({
    imports: [CatgaModule.forRoot()],
    providers: [handler],
  }).compile();
  await module.init();
  return module.get(CatgaMediator);
}

describe('a cached query', () => {
  it.each([GuardedHandler, HandlerPerRequest])(
    'keeps the application from starting when %p looks at who asks: the cache would answer for it',
    async (handler) => {
      await expect(start(handler)).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining('Salary is cached'),
      });
    },
  );

  it('is answered from the cache by any other handler', async () => {
    const mediator = await start(PlainHandler);
    await expect(Promise.all([mediator.send(new Salary()), mediator.send(new Salary())])).resolves.toEqual([
      1, 1,
    ]);
  });
});
