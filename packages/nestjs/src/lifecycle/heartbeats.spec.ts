import { describe, expect, it } from '@jest/globals';
import { Gate, LogBook, start, stillClock } from '../application.fixture.js';
import { CatgaMediator, Command, RequestHandler, memory } from '../index.js';
import type { Engine, IRequestHandler, NodeChange } from '../index.js';

class Work extends Command {}

const gate = new Gate();

@RequestHandler(Work)
class WorkHandler implements IRequestHandler<Work> {
  async handle(): Promise<void> {
    await gate.opened;
  }
}

/** What a reader of `watchNodes()` has seen so far. */
function watch(mediator: CatgaMediator): NodeChange[] {
  const seen: NodeChange[] = [];
  void (async () => {
    for await (const change of mediator.watchNodes()) seen.push(change);
  })();
  return seen;
}

describe('heartbeats', () => {
  it('bring the load that watchNodes shows up to date, every interval', async () => {
    const { clock } = stillClock();
    const module = await start({
      providers: [WorkHandler],
      services: { clock },
      options: { nodeId: 'n1', heartbeat: { intervalMs: 2000, timeoutMs: 5000 } },
    });
    const mediator = module.get(CatgaMediator);
    const seen = watch(mediator);
    const working = Promise.all([mediator.send(new Work()), mediator.send(new Work())]);
    await clock.advance(1999);
    expect(seen.map(({ type, node }) => [type, node.load.inFlight])).toEqual([['joined', 0]]);
    await clock.advance(1);
    expect(seen.map(({ type, node }) => [type, node.load.inFlight])).toEqual([
      ['joined', 0],
      ['updated', 2],
    ]);
    gate.open();
    await working;
    await clock.advance(2000);
    expect(seen.at(-1)).toMatchObject({ type: 'updated', node: { load: { inFlight: 0, handled: 2 } } });
    await module.close();
  });

  it('keep the node in the directory for as long as it runs', async () => {
    const { clock } = stillClock();
    const module = await start({ services: { clock }, options: { nodeId: 'n1' } });
    await clock.advance(3_600_000);
    expect(module.get(CatgaMediator).nodes()).toHaveLength(1);
    await module.close();
  });

  it('go on after one failed, with a warning', async () => {
    const { clock } = stillClock();
    const logger = new LogBook();
    let isDown = false;
    const inner = memory();
    const engine: Engine = {
      name: 'flaky',
      capabilities: inner.capabilities,
      async connect(client) {
        const connection = await inner.connect(client);
        const { directory } = connection;
        const refresh = (node: Parameters<typeof directory.refresh>[0]): Promise<void> =>
          isDown ? Promise.reject(new Error('no route')) : directory.refresh(node);
        return Object.assign(Object.create(connection) as typeof connection, {
          directory: { ...directory, refresh },
        });
      },
    };
    const module = await start({ services: { clock }, logger, options: { engine } });
    const seen = watch(module.get(CatgaMediator));
    isDown = true;
    await clock.advance(5000);
    expect(logger.at('warn').at(-1)).toContain('A heartbeat failed: Error: no route');
    isDown = false;
    await clock.advance(5000);
    expect(seen.map(({ type }) => type)).toEqual(['joined', 'updated']);
    await module.close();
  });

  it('end with the application: no timer is left', async () => {
    const { clock } = stillClock();
    const module = await start({ services: { clock } });
    expect(clock.armedTimers).toBeGreaterThan(0);
    await module.close();
    expect(clock.armedTimers).toBe(0);
  });
});
