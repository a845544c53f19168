import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import { engineEventStore } from '../index.js';
import type { EventStore, NewEvent, RecordedEvent } from '../index.js';
import { Publications } from './publications.js';

const clock = new TestClock();
const opened: { publications: Publications; connection: EngineConnection }[] = [];

afterEach(async () => {
  for (const { publications, connection } of opened.splice(0)) {
    await publications.stop();
    await connection.close();
  }
});

/** A node with its publications, and what these publish in the background. */
interface TestNode {
  readonly store: EventStore;
  readonly publications: Publications;
  readonly published: string[];
  readonly lines: string[];
  /** Appends an event, and what comes then. */
  append(name: string, then?: 'published' | 'unsure' | 'killed'): Promise<void>;
}

/** Nodes of one engine, of which some are present. */
class TestNodes {
  private readonly engine = memory();
  readonly present = new Set<string>();

  async start(nodeId: string, knows: (event: RecordedEvent) => boolean = () => true): Promise<TestNode> {
    const connection = await this.engine.connect({
      namespace: 'catga',
      nodeId,
      clock,
      heartbeatTimeoutMs: 15_000,
    });
    const { streams, records } = connection;
    if (streams === undefined || records === undefined) throw new TypeError('The engine keeps no streams.');
    const engine = { streams, records };
    const store = await engineEventStore().open({
      namespace: 'catga',
      clock,
      resolve: () => undefined,
      engine,
    });
    const published: string[] = [];
    const lines: string[] = [];
    const publications = new Publications({
      clock,
      place: engine,
      self: () => ({ nodeId, incarnation: 1 }),
      nodes: () => [...this.present].map((one) => ({ nodeId: one, incarnation: 1 })),
      store: () => store,
      end: async () => (await store.end?.()) ?? '',
      publish: async (recorded) => {
        if (knows(recorded)) published.push(`${recorded.stream}@${recorded.version}`);
        return knows(recorded);
      },
      warn: (line) => lines.push(line),
    });
    publications.start();
    this.present.add(nodeId);
    opened.push({ publications, connection });
    return {
      store,
      publications,
      published,
      lines,
      async append(stream, then = 'published') {
        const publication = await publications.begin();
        const event: NewEvent = {
          name: 'e',
          body: new Uint8Array(0),
          serializer: 'json',
          headers: publications.headers,
        };
        publication.appended(await store.append(stream, [event], 'any'));
        if (then === 'published') publication.done();
        if (then === 'unsure') publication.unsure();
      },
    };
  }
}

describe('Events in an engine', () => {
  it('that their node left unpublished when it was killed are published by another one, once it is gone for a while', async () => {
    const nodes = new TestNodes();
    const one = await nodes.start('one');
    const other = await nodes.start('other');
    await one.append('a');
    await other.append('b');
    await clock.advance(6000);
    await one.append('a', 'killed');
    await one.append('a');
    await one.append('c', 'killed');
    await clock.advance(20_000);
    expect([one.published, other.published]).toEqual([[], []]);
    nodes.present.delete('one');
    await clock.advance(40_000);
    expect(other.published).toEqual(['a@2', 'a@3', 'c@1']);
    await clock.advance(60_000);
    expect(other.published).toHaveLength(3);
  });

  it('are published later by their own node if it may have failed to', async () => {
    const nodes = new TestNodes();
    const one = await nodes.start('one');
    await one.append('a');
    await one.append('a', 'unsure');
    await clock.advance(10_000);
    expect(one.published).toEqual(['a@2']);
    await clock.advance(10_000);
    expect(one.published).toHaveLength(1);
  });

  it('of a node that has stopped are looked for by nobody', async () => {
    const nodes = new TestNodes();
    const one = await nodes.start('one');
    const other = await nodes.start('other');
    await one.append('a');
    await one.publications.stop();
    nodes.present.delete('one');
    await clock.advance(60_000);
    expect(other.published).toEqual([]);
  });

  it('whose classes a node does not have wait for one that has them', async () => {
    const nodes = new TestNodes();
    const one = await nodes.start('one');
    const other = await nodes.start('other', () => false);
    await one.append('a', 'killed');
    nodes.present.delete('one');
    await clock.advance(60_000);
    expect(other.lines).toEqual([expect.stringMatching(/The node 'one' died.*with its code/)]);
    const third = await nodes.start('third');
    await clock.advance(60_000);
    expect(third.published).toEqual(['a@1']);
  });
});
