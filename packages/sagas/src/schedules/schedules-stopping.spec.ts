import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import {
  CATGA_NODE_SERVICES,
  CatgaMediator,
  CatgaModule,
  Command,
  RequestHandler,
  memory,
} from '@catga/nestjs';
import type { Engine } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import { CatgaSchedulesModule, Scheduled } from '../index.js';

class Sweep extends Command<void> {}
class Work extends Command<void> {}

const silent = { log() {}, warn() {}, error() {}, debug() {} };

/** The memory engine, whose records do not respond. */
function withRecords(answer: () => Promise<never>): Engine {
  const engine = memory();
  return {
    name: 'away',
    capabilities: engine.capabilities,
    async connect(client) {
      const connection = await engine.connect(client);
      const records = { value: { read: answer, write: answer, list: answer } };
      return Object.create(connection, { records }) as typeof connection;
    },
  };
}

@Injectable()
@Scheduled(Sweep, { cron: '* * * * *' })
class Sweeper {
  readonly journal: string[] = [];

  @RequestHandler(Sweep)
  sweep(): void {
    this.journal.push('swept');
  }

  @RequestHandler(Work)
  async work(): Promise<void> {
    await this.ended;
    this.journal.push('handler ended');
  }

  end = (): void => {};
  private readonly ended = new Promise<void>((resolve) => (this.end = resolve));

  onApplicationShutdown(): void {
    this.journal.push('onApplicationShutdown');
  }
}

describe.each([
  ['hangs', () => new Promise<never>(() => {})],
  ['rejects', () => Promise.reject(new Error('The broker is away.'))],
])('an application with schedules whose store %s when it stops', (_, answer) => {
  it('closes within its limit, of which handlers have the whole', async () => {
    const clock = new TestClock();
    const module = await Test.createTestingModule({
      imports: [
        {
          module: class Services {},
          global: true,
          providers: [{ provide: CATGA_NODE_SERVICES, useValue: { clock } }],
          exports: [CATGA_NODE_SERVICES],
        },
        CatgaModule.forRoot({ engine: withRecords(answer), shutdown: { drainTimeoutMs: 3000 } }),
        CatgaSchedulesModule.forRoot(),
      ],
      providers: [Sweeper],
    })
      .setLogger(silent)
      .compile();
    await module.init();
    const sweeper = module.get(Sweeper);
    const worked = module.get(CatgaMediator).send(new Work());
    await clock.advance(0);
    const closed = module.close();
    await clock.advance(2500);
    sweeper.end();
    await worked;
    await clock.advance(0);
    await clock.advance(1000);
    await expect(closed).resolves.toBeUndefined();
    expect(sweeper.journal).toEqual(['handler ended', 'onApplicationShutdown']);
  });
});
