import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Gate, compile, stillClock } from '../application.fixture.js';
import { CatgaMediator, Command, RequestHandler, memory } from '../index.js';
import type { Engine, MessageContext } from '../index.js';

class Work extends Command {}

/** A handler that ends only with its signal, and the hooks of a service that it needs until then. */
@Injectable()
class Workshop {
  readonly journal: string[] = [];
  readonly begun = new Gate();

  @RequestHandler(Work)
  work(_command: Work, { signal }: MessageContext): Promise<void> {
    this.begun.open();
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        this.journal.push('handler ended');
        resolve();
      }),
    );
  }

  beforeApplicationShutdown(): void {
    this.journal.push('beforeApplicationShutdown');
  }

  onApplicationShutdown(): void {
    this.journal.push('onApplicationShutdown');
  }
}

/** The memory engine, which cannot be stopped. */
function unstoppable(answer: () => Promise<never>): Engine {
  const engine = memory();
  return {
    name: 'unstoppable',
    capabilities: engine.capabilities,
    async connect(client) {
      const connection = await engine.connect(client);
      const { directory } = connection;
      const dead = {
        close: { value: answer },
        directory: {
          value: Object.create(directory, { withdraw: { value: answer } }) as typeof directory,
        },
      };
      return Object.create(connection, dead) as typeof connection;
    },
  };
}

describe.each([
  ['hangs', () => new Promise<never>(() => {})],
  ['rejects', () => Promise.reject(new Error('The broker is away.'))],
])('an application whose broker %s when it stops', (_, answer) => {
  it('closes within its limit, and runs the hooks of others in order once handlers have ended', async () => {
    const { clock } = stillClock();
    const module = await compile({
      providers: [Workshop],
      services: { clock },
      options: { engine: unstoppable(answer), shutdown: { drainTimeoutMs: 3000 } },
    });
    await module.init();
    const workshop = module.get(Workshop);
    void module.get(CatgaMediator).trySend(new Work());
    await workshop.begun.opened;
    const closed = module.close();
    await clock.advance(3000);
    await clock.advance(1000);
    await expect(closed).resolves.toBeUndefined();
    expect(workshop.journal).toEqual(['handler ended', 'beforeApplicationShutdown', 'onApplicationShutdown']);
  });
});
