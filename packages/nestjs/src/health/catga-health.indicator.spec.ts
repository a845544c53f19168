import { describe, expect, it } from '@jest/globals';
import { Gate, compile, start } from '../application.fixture.js';
import { CatgaHealthIndicator, CatgaMediator, Command, RequestHandler } from '../index.js';
import type { IRequestHandler } from '../index.js';

const gate = new Gate();

class Work extends Command {}

@RequestHandler(Work)
class WorkHandler implements IRequestHandler<Work> {
  async handle(): Promise<void> {
    await gate.opened;
  }
}

describe('CatgaHealthIndicator', () => {
  it('is up while the node takes work, with its engine, the nodes it sees and its load', async () => {
    const module = await start({ providers: [WorkHandler], options: { nodeId: 'shop-1' } });
    const working = module.get(CatgaMediator).send(new Work());
    expect(module.get(CatgaHealthIndicator).isHealthy()).toEqual({
      catga: {
        status: 'up',
        nodeId: 'shop-1',
        engine: 'memory',
        nodes: 1,
        load: { inFlight: 1, queued: 0, unanswered: 0, handled: 0 },
      },
    });
    gate.open();
    await working;
    await module.close();
  });

  it('takes the key it is shown under', async () => {
    const module = await start();
    expect(module.get(CatgaHealthIndicator).isHealthy('mediator').mediator.status).toBe('up');
    await module.close();
  });

  it('is down before the start, and once the node stops', async () => {
    const module = await compile();
    const health = module.get(CatgaHealthIndicator);
    expect(health.isHealthy().catga.status).toBe('down');
    await module.init();
    expect(health.isHealthy().catga.status).toBe('up');
    await module.close();
    expect(health.isHealthy().catga.status).toBe('down');
  });
});
