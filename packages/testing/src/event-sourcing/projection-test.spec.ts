import 'reflect-metadata';
import { AssertionError } from 'node:assert';
import { On, OnBatch, Projection } from '@catga/event-sourcing';
import type { ProjectedEvent, ProjectionContext } from '@catga/event-sourcing';
import { describe, expect, it } from '@jest/globals';
import { projectionTest } from '../event-sourcing.js';

class Deposited {
  constructor(readonly amount: number) {}
}

class Withdrawn {
  constructor(readonly amount: number) {}
}

/** Mails about large amounts. */
@Projection({ name: 'mails' })
class Mails {
  readonly lines: string[] = [];

  @On(Deposited)
  async deposited({ amount }: Deposited, { id, version, isLive }: ProjectionContext): Promise<void> {
    if (amount < 0) throw new RangeError(`There is no amount ${amount}.`);
    if (isLive) this.lines.push(`${id}@${version}: ${amount}`);
  }
}

describe('projectionTest', () => {
  it('has a projection take the events of streams, each with its place', async () => {
    const [mails, again] = [new Mails(), new Deposited(3)];
    await projectionTest(mails)
      .given('a', new Deposited(1))
      .given('b', new Deposited(2), new Withdrawn(1))
      .when('a', again, again)
      .thenTaken();
    expect(mails.lines).toEqual(['a@1: 1', 'b@1: 2', 'a@2: 3', 'a@3: 3']);
    await projectionTest(mails, { isLive: false }).when('a', new Deposited(4)).thenTaken();
    expect(mails.lines).toHaveLength(4);
  });

  it('compares the error of the last events, and rejects with that of any other', async () => {
    const mails = projectionTest(new Mails());
    const refused = mails.when('a', new Deposited(-1));
    await refused.thenError(RangeError);
    await refused.thenError('no amount -1');
    for (const other of [
      refused.thenTaken(),
      refused.thenError(TypeError),
      mails.given('a', new Deposited(-1)).when('a', new Deposited(1)).thenError(RangeError),
    ])
      await expect(other).rejects.toBeInstanceOf(RangeError);
    await expect(mails.when('a', new Deposited(1)).thenError(RangeError)).rejects.toBeInstanceOf(
      AssertionError,
    );
  });

  it('gives batches to those that take batches', async () => {
    const sizes: number[] = [];
    @Projection({ name: 'batches' })
    class Batches {
      @OnBatch(Deposited, Withdrawn)
      taken(events: readonly ProjectedEvent<Deposited | Withdrawn>[]): void {
        sizes.push(events.length);
      }
    }
    await projectionTest(new Batches())
      .given('a', new Deposited(1))
      .when('a', new Withdrawn(1), new Deposited(1))
      .thenTaken();
    expect(sizes).toEqual([1, 2]);
  });

  it('refuses what cannot be tested so', async () => {
    @Projection({ name: 'stored', tables: { stored: 'id text' } })
    class Stored extends Mails {}
    expect(() => projectionTest(new Stored())).toThrow(/'stored' has tables: pass projectionTest a database/);
    expect(() => projectionTest(new Deposited(1))).toThrow(/The projection Deposited needs a name/);
    const rows = projectionTest(new Mails()).when('a', new Deposited(1)).thenRows('mails');
    await expect(rows).rejects.toThrow(/has no table 'mails'/);
  });
});
