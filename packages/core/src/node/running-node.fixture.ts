import { afterEach } from '@jest/globals';
import type { CatgaOptions } from '../options/catga-options.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';
import type { NodeServices } from './node-services.js';

/** A point that handlers wait at until a test opens it. */
export class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** A node on a clock that the test moves. */
export interface RunningNode {
  readonly node: CatgaNode;
  readonly clock: TestClock;
}

const running: RunningNode[] = [];

afterEach(async () => {
  for (const { node, clock } of running.splice(0)) {
    const stopped = node.stop();
    await clock.advance(60_000); // past every drain timeout
    await stopped;
  }
});

/** Starts a node with the handlers that `build` gives it; it is stopped after the test. */
export async function startNode(
  build: (node: CatgaNode) => CatgaNode,
  options: CatgaOptions = {},
  services: Partial<NodeServices> = {},
): Promise<RunningNode> {
  const clock = services.clock instanceof TestClock ? services.clock : new TestClock();
  const node = build(new CatgaNode(options, { clock, ...services }));
  running.push({ node, clock });
  await node.init();
  await node.start();
  return { node, clock };
}
