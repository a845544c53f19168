import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '@catga/core';
import { TestClock, Timetable } from '@catga/core/engine';
import type { NodeRecord } from './node-record.js';
import { PresentNodes } from './present-nodes.js';

const record = (nodeId: string, incarnation = 1, timeoutMs = 1000): NodeRecord => {
  const node: NodeInfo = {
    nodeId,
    service: 'shop',
    endpoint: undefined,
    incarnation,
    handles: [],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
  return { node, timeoutMs };
};

describe('the nodes that a watcher knows', () => {
  let clock: TestClock;
  let told: string[];
  let isUp: boolean;
  let nodes: PresentNodes;

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    isUp = true;
    nodes = new PresentNodes(
      {
        present: ({ nodeId }) => void told.push(`+${nodeId}`),
        left: (nodeId) => void told.push(`-${nodeId}`),
      },
      clock,
      new Timetable(clock),
      () => isUp,
    );
  });

  it('lapse one by one when they are silent, each by its own timeout', async () => {
    nodes.heard(record('quick', 1, 500));
    nodes.heard(record('slow', 1, 2000));
    await clock.advance(499);
    expect(told).toEqual(['+quick', '+slow']);
    await clock.advance(2);
    expect(told).toEqual(['+quick', '+slow', '-quick']);
    await clock.advance(1500);
    expect(told).toEqual(['+quick', '+slow', '-quick', '-slow']);
  });

  it('lapse in time when one with a shorter timeout comes later', async () => {
    nodes.heard(record('slow', 1, 5000));
    nodes.heard(record('quick', 1, 500));
    await clock.advance(501);
    expect(told).toEqual(['+slow', '+quick', '-quick']);
  });

  it('lapse also after there were none, and nothing could be heard, for a while', async () => {
    nodes.heard(record('first'));
    nodes.left('first', 1);
    isUp = false;
    await clock.advance(5000);
    isUp = true;
    nodes.heard(record('second'));
    await clock.advance(1300);
    expect(told).toEqual(['+first', '-first', '+second', '-second']);
  });

  it('stay while they are heard', async () => {
    for (let beats = 0; beats < 5; beats++) {
      nodes.heard(record('n'));
      await clock.advance(900);
    }
    expect(told).not.toContain('-n');
  });

  it('have only the rest of their time if their record is old', async () => {
    nodes.heard(record('old'), 900);
    nodes.heard(record('dead'), 1000);
    await clock.advance(101);
    expect(told).toEqual(['+old', '-old']);
  });

  it('do not lapse while nothing can be heard, and have their time anew afterwards', async () => {
    nodes.heard(record('n'));
    isUp = false;
    await clock.advance(5000);
    expect(told).toEqual(['+n']);
    isUp = true;
    nodes.listenAnew();
    await clock.advance(900);
    expect(told).toEqual(['+n']);
    await clock.advance(400);
    expect(told).toEqual(['+n', '-n']);
  });

  it('do not leave with the goodbye of an earlier start', () => {
    nodes.heard(record('n', 2));
    nodes.left('n', 1);
    expect(told).toEqual(['+n']);
    nodes.left('n', 2);
    nodes.left('n', 2);
    expect(told).toEqual(['+n', '-n']);
  });

  it('are of no interest any more after the end', async () => {
    nodes.heard(record('n'));
    nodes.close();
    await clock.advance(5000);
    nodes.heard(record('m'));
    expect(told).toEqual(['+n']);
  });
});
