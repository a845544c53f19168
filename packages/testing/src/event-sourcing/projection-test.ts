import { deepEqual, fail } from 'node:assert';
import { describeMessage, toError } from '@catga/core/engine';
import {
  EventTaker,
  NotTaken,
  createTables,
  projectionDefinitionOf,
  tableOf,
} from '@catga/event-sourcing/engine';
import type { ProjectionDefinition } from '@catga/event-sourcing/engine';
import type { RecordedEvent, sqlEventStore } from '@catga/event-sourcing';
import { checkError } from './expected-error.js';
import type { ExpectedError } from './expected-error.js';

type Database = Parameters<typeof sqlEventStore>[0];
type Transaction = Parameters<Parameters<Database['run']>[0]>[0];
type Row = Readonly<Record<string, unknown>>;

/** Build number that no application has. */
const BUILD = 2_147_483_647;

/** Options of {@link projectionTest}. */
export interface ProjectionTestOptions {
  /** Database of its transactions and tables, such as `pglite(await PGlite.create())`. All changes are rolled back. */
  readonly database?: Database;
  /**
   * Whether the build is the live one; false in a rebuild.
   * @defaultValue true
   */
  readonly isLive?: boolean;
}

/** Expectations of a projection. Each one runs the projection again. */
export interface ProjectedTest {
  /**
   * Expects a table to have exactly these rows, in any order; columns that none of them has are not compared. Rejects with an
   * `AssertionError`, or with the error of the projection.
   */
  thenRows(table: string, ...rows: readonly Row[]): Promise<void>;
  /** Expects the events to be handled, for a read model that the class maintains itself. Rejects with the error of the projection. */
  thenTaken(): Promise<void>;
  /**
   * Expects the events of `when` to fail with an error of this class, or with this text in its message. Rejects with an `AssertionError`.
   */
  thenError(error: ExpectedError): Promise<void>;
}

/** A projection under test. */
export interface ProjectionTest {
  /**
   * Adds events of a stream that were handled before.
   * @param id of the stream
   */
  given(id: string, ...events: readonly object[]): ProjectionTest;
  /**
   * Handles events of a stream in one batch. Events without a method are skipped.
   * @param id of the stream
   */
  when(id: string, ...events: readonly object[]): ProjectedTest;
}

/**
 * Tests a projection without a server, a store or Nest. A projection with tables, or that uses `tx`, needs a database; it runs in a
 * transaction that is rolled back.
 *
 * @example
 * await projectionTest(new Balances(), { database: pglite(lite) })
 *   .given('a', new Deposited(10))
 *   .when('a', new Withdrawn(3))
 *   .thenRows('balance', { account_id: 'a', amount: 7 });
 * @publicApi
 */
export function projectionTest(projection: object, options: ProjectionTestOptions = {}): ProjectionTest {
  const definition = projectionDefinitionOf(projection.constructor);
  if (!('name' in definition)) throw new TypeError(definition.join(' '));
  if (Object.keys(definition.tables).length > 0 && options.database === undefined)
    throw new TypeError(`The projection '${definition.name}' has tables: pass projectionTest a database.`);
  return testOf({ projection, definition, ...options }, []);
}

interface Subject extends ProjectionTestOptions {
  readonly projection: object;
  readonly definition: ProjectionDefinition;
}

/** An event and its stream. */
interface Placed {
  readonly id: string;
  readonly event: object;
}

function testOf(subject: Subject, before: readonly Placed[]): ProjectionTest {
  const placed = (id: string, events: readonly object[]): Placed[] => events.map((event) => ({ id, event }));
  return {
    given: (id, ...events) => testOf(subject, [...before, ...placed(id, events)]),
    when: (id, ...events) => new Taking(subject, before, placed(id, events)),
  };
}

type Recorded = ReadonlyMap<RecordedEvent, object>;

/** Recorded events, each with its version and checkpoint. */
function recorded(events: readonly Placed[]): (readonly [RecordedEvent, object])[] {
  const versions = new Map<string, number>();
  return events.map(({ id, event }, at) => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const { name } = describeMessage(event.constructor as new () => object);
    const place = { stream: `test/${id}`, version, checkpoint: String(at + 1), recordedAt: new Date(at) };
    return [{ name, ...place, body: new Uint8Array(), serializer: 'json', headers: {} }, event] as const;
  });
}

class Taking implements ProjectedTest {
  private readonly before: Recorded;
  private readonly now: Recorded;

  constructor(
    private readonly subject: Subject,
    before: readonly Placed[],
    now: readonly Placed[],
  ) {
    const all = recorded([...before, ...now]);
    this.before = new Map(all.slice(0, before.length));
    this.now = new Map(all.slice(before.length));
  }

  async thenRows(table: string, ...expected: readonly Row[]): Promise<void> {
    const { tables, name } = this.subject.definition;
    if (!Object.hasOwn(tables, table))
      throw new TypeError(`The projection '${name}' has no table '${table}' in @Projection({ tables }).`);
    const columns = [...new Set(expected.flatMap((row) => Object.keys(row)))].sort();
    const shown = (row: Row): unknown[] => columns.map((column) => row[column]);
    const ordered = (rows: readonly Row[]): unknown[][] =>
      rows.map(shown).sort((one, other) => (String(one) < String(other) ? -1 : 1));
    await this.taken(async (tx) => {
      const rows = (await tx?.execute(`SELECT * FROM ${tableOf(table, BUILD)}`, [])) ?? [];
      deepEqual([columns, ...ordered(rows)], [columns, ...ordered(expected)]);
    });
  }

  thenTaken(): Promise<void> {
    return this.taken(() => Promise.resolve());
  }

  async thenError(expected: ExpectedError): Promise<void> {
    let refusal: Error | undefined;
    await this.inTransaction(async (tx) => {
      await this.take(this.before, tx);
      refusal = await this.take(this.now, tx).then(
        () => undefined,
        (thrown: unknown) => toError(thrown),
      );
    });
    if (refusal === undefined) fail('The events were handled.');
    checkError(refusal, expected);
  }

  private taken(check: (tx: Transaction | undefined) => Promise<void>): Promise<void> {
    return this.inTransaction(async (tx) => {
      await this.take(this.before, tx);
      await this.take(this.now, tx);
      await check(tx);
    });
  }

  private async take(events: Recorded, tx: Transaction | undefined): Promise<void> {
    const { projection, definition, isLive = true } = this.subject;
    const taker = new EventTaker(definition, {
      decode: (recorded) => events.get(recorded) ?? {},
      instance: () => projection,
    });
    try {
      await taker.take(events.keys(), { build: BUILD, role: isLive ? 'live' : 'building' }, tx);
    } catch (thrown) {
      throw thrown instanceof NotTaken ? thrown.cause : thrown;
    }
  }

  /** Runs in a transaction with the tables of the projection, if it has a database, and rolls it back. */
  private async inTransaction(work: (tx: Transaction | undefined) => Promise<void>): Promise<void> {
    const { database, definition } = this.subject;
    if (database === undefined) return work(undefined);
    const done = new Error('rolled back');
    database.open();
    await database
      .run(async (tx) => {
        await createTables(definition.tables, BUILD, tx);
        await work(tx);
        throw done;
      })
      .catch((thrown: unknown) => {
        if (thrown !== done) throw thrown;
      });
  }
}
