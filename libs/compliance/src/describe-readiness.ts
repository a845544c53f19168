import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import type { Engine } from '@catga/core/engine';
import type { RestartableBroker } from './restartable-broker.js';
import { until } from './until.js';

const HEARTBEAT = { intervalMs: 250, timeoutMs: 2000 };
const REQUEST_TIMEOUT_MS = 2000;

/** A node whose heartbeats notice what happens to the broker of one case, and what it logs. */
export interface ReadinessLab {
  readonly server: RestartableBroker;
  readonly lines: readonly string[];
  /** Starts a node; resolves once it is ready. */
  start(engine: Engine): Promise<CatgaNode>;
}

class NodeOnBroker implements ReadinessLab {
  readonly lines: string[] = [];
  private node: CatgaNode | undefined;
  private beats: NodeJS.Timeout | undefined;

  constructor(readonly server: RestartableBroker) {}

  async start(engine: Engine): Promise<CatgaNode> {
    const keep = (message: string): void => void this.lines.push(message);
    const logger = { debug() {}, log: keep, warn: keep, error: keep };
    const node = new CatgaNode(
      { engine, nodeId: 'one', heartbeat: HEARTBEAT, health: { graceMs: 300 } },
      { logger },
    );
    this.node = node;
    await node.init();
    await node.start();
    this.beats = setInterval(() => void node.beat().catch(() => {}), HEARTBEAT.intervalMs);
    await until(() => node.problem === undefined);
    return node;
  }

  async end(): Promise<void> {
    clearInterval(this.beats);
    this.server.resume();
    await this.node?.stop();
    await this.server.stop();
  }
}

/**
 * Suite for engines with a broker: a node's readiness follows the broker, with one line for each change.
 *
 * @param engineAt creates an engine for a server, with a request timeout in milliseconds
 * @param more cases of this engine alone
 */
export function describeReadiness(
  name: string,
  spawn: () => Promise<RestartableBroker>,
  engineAt: (url: string, requestTimeoutMs?: number) => Engine,
  more: (lab: () => ReadinessLab) => void,
): void {
  let lab: NodeOnBroker;
  beforeEach(async () => {
    lab = new NodeOnBroker(await spawn());
  });
  afterEach(() => lab.end());

  describe(`the readiness of a node over ${name}`, () => {
    it('is down while the server is dead, and up when it is back, with a line each', async () => {
      const node = await lab.start(engineAt(lab.server.url));
      await lab.server.kill();
      await until(() => node.problem !== undefined);
      expect(node.problem).toMatch(/^Engine \w+ has been out of reach for \d+\.\d s: \S/);
      await lab.server.start();
      await until(() => node.problem === undefined);
      expect(lab.lines).toEqual([
        expect.stringMatching(/^Connection to engine \w+ lost: \S/),
        expect.stringMatching(/^Connection to engine \w+ is back after \d+\.\d s$/),
      ]);
    });

    it('is down while the server hangs, though the connection stays', async () => {
      const node = await lab.start(engineAt(lab.server.url, REQUEST_TIMEOUT_MS));
      lab.server.pause();
      await until(() => node.problem !== undefined);
      expect(node.problem).toContain(`${name} did not reply within ${REQUEST_TIMEOUT_MS} ms`);
      lab.server.resume();
      await until(() => node.problem === undefined);
      expect(lab.lines.filter((line) => line.startsWith('Connection'))).toHaveLength(2);
    });

    more(() => lab);
  });
}
