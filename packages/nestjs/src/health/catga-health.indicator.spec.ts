import { describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '@catga/core';
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
    expect(health.isHealthy().catga).toMatchObject({ status: 'down', reason: 'The node has not started.' });
    await module.init();
    expect(health.isHealthy().catga.status).toBe('up');
    await module.close();
    expect(health.isHealthy().catga).toMatchObject({ status: 'down', reason: 'The node is stopping.' });
  });

  it('is down with the reason while the engine is out of reach for longer than health.graceMs', async () => {
    const engine = new MemoryNetwork();
    const options = { engine, nodeId: 'shop-1', health: { graceMs: 0 } };
    const module = await start({ options });
    const health = module.get(CatgaHealthIndicator);
    engine.unplug('shop-1');
    await new Promise((resolve) => void setTimeout(resolve, 2));
    expect(health.isHealthy().catga).toMatchObject({
      status: 'down',
      reason: expect.stringContaining('out of reach') as unknown,
    });
    engine.heal('shop-1');
    expect(health.isHealthy().catga.status).toBe('up');
    await module.close();
  });
});
