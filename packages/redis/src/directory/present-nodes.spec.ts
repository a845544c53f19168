import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '@catga/core';
import { TestClock, Timetable } from '@catga/core/engine';
import type { NodeRecord } from './node-record.js';
import { PresentNodes } from './present-nodes.js';
import type { Snapshot } from './present-nodes.js';

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
  let read: () => Promise<Snapshot>;
  let nodes: PresentNodes;

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    isUp = true;
    read = () => Promise.resolve([]);
    nodes = new PresentNodes(
      {
        present: ({ nodeId }) => void told.push(`+${nodeId}`),
        left: (nodeId) => void told.push(`-${nodeId}`),
      },
      clock,
      new Timetable(clock),
      () => read(),
      () => isUp,
    );
  });

  it('leave one by one when the server has their record no more', async () => {
    nodes.heard(record('quick', 1, 500));
    nodes.heard(record('slow', 1, 2000));
    await clock.advance(499);
    expect(told).toEqual(['+quick', '+slow']);
    await clock.advance(300); // It is asked twice.
    expect(told).toEqual(['+quick', '+slow', '-quick']);
    await clock.advance(1500);
    expect(told).toEqual(['+quick', '+slow', '-quick', '-slow']);
  });

  it('stay while the server says that they are there, whatever this process heard', async () => {
    read = () => Promise.resolve([{ record: record('n'), leftMs: 700 }]);
    nodes.heard(record('n'));
    await clock.advance(5000);
    expect(told).not.toContain('-n');
  });

  it('stay while they are heard', async () => {
    for (let beats = 0; beats < 5; beats++) {
      nodes.heard(record('n'));
      await clock.advance(900);
    }
    expect(told).not.toContain('-n');
  });

  it('stay while the server cannot be asked, and have their time anew when it is back', async () => {
    read = () => Promise.reject(new Error('away'));
    nodes.heard(record('n'));
    await clock.advance(5000);
    expect(told).toEqual(['+n']);
    read = () => Promise.resolve([]);
    nodes.listenAnew();
    await clock.advance(900);
    expect(told).toEqual(['+n']);
    await clock.advance(700);
    expect(told).toEqual(['+n', '-n']);
  });

  it('have their time anew when a server answers that refused to, though it was not away', async () => {
    read = () => Promise.reject(new Error('busy'));
    nodes.heard(record('n'));
    await clock.advance(5000);
    read = () => Promise.resolve([]);
    await clock.advance(900);
    expect(told).toEqual(['+n']);
    await clock.advance(1000);
    expect(told).toEqual(['+n', '-n']);
  });

  it('stay if a server that stood still has their record as soon as it has read what waited', async () => {
    let asked = 0;
    read = () => Promise.resolve(++asked === 1 ? [] : [{ record: record('n'), leftMs: 1000 }]);
    nodes.heard(record('n'));
    await clock.advance(1900);
    expect(asked).toBe(2);
    expect(told).toEqual(['+n', '+n']);
  });

  it('stay when a server answers that is just back', async () => {
    isUp = false;
    nodes.heard(record('n'));
    await clock.advance(1200);
    expect(told).toEqual(['+n']);
  });

  it('do not have less time because an old record was read', async () => {
    nodes.heard(record('n'));
    nodes.heard(record('n'), 10);
    await clock.advance(900);
    expect(told).toEqual(['+n', '+n']);
  });

  it('do not leave with the goodbye of another start', () => {
    nodes.heard(record('n', 2));
    nodes.left('n', 3);
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
