import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { TestCluster } from '../node/cluster.fixture.js';
import { startNode } from '../node/running-node.fixture.js';
import { onAbort } from './abort-listeners.js';

class Ask extends Command<string> {}

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('waiting on a signal', () => {
  it('calls back each that waits once, with one listener for all, and none afterwards', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: number[] = [];
    const stops = [1, 2, 3].map((each) => onAbort(signal, () => void told.push(each)));
    expect(listenersOf(signal)).toBe(1);
    stops[1]?.();
    controller.abort();
    expect(told).toEqual([1, 3]);
    expect(listenersOf(signal)).toBe(0);
  });

  it('leaves no listener once nobody waits, and begins anew', () => {
    const controller = new AbortController();
    const { signal } = controller;
    let told = 0;
    onAbort(signal, () => told++)();
    expect(listenersOf(signal)).toBe(0);
    onAbort(signal, () => told++);
    controller.abort();
    expect(told).toBe(1);
  });
});

describe('many requests with one signal', () => {
  const count = 40;

  it('have one listener in one process while they run, and none afterwards', async () => {
    const { node } = await startNode((it) => it.handleRequest(Ask, () => Promise.resolve('answer')));
    const { signal } = new AbortController();
    const sent = node.mediator.sendBatch(
      Array.from({ length: count }, () => new Ask()),
      { signal },
    );
    expect(listenersOf(signal)).toBe(1);
    expect((await sent).every(({ ok }) => ok)).toBe(true);
    expect(listenersOf(signal)).toBe(0);
  });

  it('have one listener between nodes, as a batch, as a stream, and from a handler', async () => {
    const cluster = new TestCluster(new MemoryNetwork());
    const highest = { listeners: 0 };
    const { signal } = new AbortController();
    const look = (looked: AbortSignal): void =>
      void (highest.listeners = Math.max(highest.listeners, listenersOf(looked)));
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(Ask, () => {
      look(signal);
      return 'answer';
    });
    await cluster.start(gateway, orders);
    const requests = Array.from({ length: count }, () => new Ask());
    await gateway.mediator.sendBatch(requests, { signal });
    for await (const result of gateway.mediator.sendStream(requests, { signal, concurrency: count }))
      expect(result.ok).toBe(true);
    expect(highest.listeners).toBe(1);
    expect(listenersOf(signal)).toBe(0);
    await cluster.stop();
  });
});
