import { memoryOutbox } from '@catga/core';
import type { Outbox } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LogBook } from './application.fixture.js';
import { CatgaModule } from './index.js';

@Injectable()
class DataSource {}

@Module({ providers: [DataSource], exports: [DataSource] })
class DatabaseModule {}

/** An outbox that asks for a provider when it is opened. */
function outboxOf(token: unknown, found: (provider: unknown) => void): Outbox {
  const inner = memoryOutbox();
  return {
    ...inner,
    open(client) {
      found(client.resolve(token));
      return inner.open(client);
    },
  };
}

describe('an outbox that was given the token of a provider', () => {
  it('gets the provider of whichever module', async () => {
    const found: unknown[] = [];
    const outbox = outboxOf(DataSource, (provider) => found.push(provider));
    const module = await Test.createTestingModule({
      imports: [DatabaseModule, CatgaModule.forRoot({ outbox })],
    })
      .setLogger(new LogBook())
      .compile();
    await module.init();
    expect(found).toEqual([module.get(DataSource)]);
    await module.close();
  });

  it('keeps the application from starting where there is none', async () => {
    const outbox = outboxOf(DataSource, () => {});
    const module = await Test.createTestingModule({ imports: [CatgaModule.forRoot({ outbox })] })
      .setLogger(new LogBook())
      .compile();
    await expect(module.init()).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('The outbox needs the provider DataSource') as unknown,
    });
  });
});
