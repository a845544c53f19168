import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaNode, ReliableEvent } from '@catga/core';
import { msgpack } from './msgpack.js';

@ReliableEvent()
class ReportMade {
  constructor(
    readonly at: Date,
    readonly pdf: Uint8Array,
  ) {}
}

describe('@catga/nestjs/msgpack', () => {
  const node = new CatgaNode({ serializer: msgpack() });
  afterEach(() => node.stop());

  it('makes what is stored arrive with its dates and bytes', async () => {
    const seen: unknown[] = [];
    node.handleEvent(ReportMade, (event) => void seen.push(event));
    await node.init();
    await node.start();
    const report = new ReportMade(new Date(5), Uint8Array.of(1, 2));
    await node.mediator.publish(report);
    await node.settled();
    expect(seen).toStrictEqual([report]);
    expect(seen[0]).not.toBe(report);
  });
});
