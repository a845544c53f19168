import assert from 'node:assert/strict';
import { TABLE, insertOf } from './suite.js';
import type { SqlParameter } from '../database/sql-executor.js';
import type { Subject } from './suite.js';
import type { TestRunner } from './runner.js';

const STRANGE = `it's "quoted", ? ?? $1 $$ :name %s \\ {} é 🙂\n`;
const DATE = new Date('2024-02-29T23:59:59.123Z');
const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Type in the statement, parameter, and its text form in the database. */
const PARAMETERS: readonly (readonly [string, SqlParameter, string | null])[] = [
  ['text', null, null],
  ['boolean', true, 'true'],
  ['boolean', false, 'false'],
  ['int4', -2_147_483_648, '-2147483648'],
  ['bigint', 2n ** 63n - 1n, '9223372036854775807'],
  ['bigint', 42, '42'],
  ['float8', 0.1, '0.1'],
  ['float8', 1e300, '1e+300'],
  ['text', '', ''],
  ['text', STRANGE, STRANGE],
  ['bytea', BYTES, `\\x${Buffer.from(BYTES).toString('hex')}`],
  ['bytea', Buffer.alloc(0), '\\x'],
  ['jsonb', JSON.stringify({ a: [STRANGE, null, 1.5] }), JSON.stringify({ a: [STRANGE, null, 1.5] })],
  ['timestamptz', DATE, '2024-02-29 23:59:59.123+00'],
  ['boolean[]', [true, null, false], '{t,NULL,f}'],
  ['int4[]', [1, null, -3], '{1,NULL,-3}'],
  ['bigint[]', [2n ** 60n, null, 7], '{1152921504606846976,NULL,7}'],
  ['float8[]', [0.5, null], '{0.5,NULL}'],
  ['bytea[]', [Uint8Array.of(0, 92, 34), null], String.raw`{"\\x005c22",NULL}`],
  ['jsonb[]', ['{"a": "}"}', null], String.raw`{"{\"a\": \"}\"}",NULL}`],
  ['timestamptz[]', [DATE, null], '{"2024-02-29 23:59:59.123+00",NULL}'],
  ['text[]', [], '{}'],
];

export function valueCases<Handle>({ it }: TestRunner, subject: Subject<Handle>): void {
  for (const [type, parameter, text] of PARAMETERS)
    it(`passes ${JSON.stringify(text).slice(0, 40)} as ${type}`, async () => {
      const { database } = subject();
      // Compared in the database: a JSON value and a timestamp have several text forms.
      const sql = `SELECT $1::${type} IS NOT DISTINCT FROM $2::text::${type} AS same`;
      assert.deepEqual(await database.root.execute(sql, [parameter, text]), [{ same: true }]);
      const during = await database.run((transaction) => transaction.execute(sql, [parameter, text]));
      assert.deepEqual(during, [{ same: true }]);
    });

  it('expands arrays of several types to rows', async () => {
    const { database } = subject();
    const rows = await database.root.execute(
      'SELECT * FROM unnest($1::text[], $2::int4[], $3::bytea[], $4::boolean[]) AS given (a, b, c, d)',
      [
        [STRANGE, null, '{,}'],
        [1, 2, null],
        [Uint8Array.of(1), null, Uint8Array.of()],
        [true, false, null],
      ],
    );
    assert.deepEqual(
      rows.map(({ a, b, c, d }) => [a, b, c instanceof Uint8Array ? [...c] : c, d]),
      [
        [STRANGE, 1, [1], true],
        [null, 2, null, false],
        ['{,}', null, [], null],
      ],
    );
  });

  it('returns rows with values of the promised types', async () => {
    const { database } = subject();
    const [row] = await database.root.execute(
      "SELECT NULL AS nothing, true AS yes, 7::int4 AS int, 0.5::float8 AS float, 'a'::text AS text, '\\x00ff'::bytea AS bytes",
    );
    assert.ok(row?.bytes instanceof Uint8Array);
    assert.deepEqual(
      { ...row, bytes: [...row.bytes] },
      { nothing: null, yes: true, int: 7, float: 0.5, text: 'a', bytes: [0, 255] },
    );
  });

  it('accepts placeholders that repeat, in any order', async () => {
    const { database } = subject();
    const sql = 'SELECT $2::text AS b, $1::text AS a, $2::text || $1::text || $2::text AS c';
    const expected = [{ b: 'y', a: 'x', c: 'yxy' }];
    assert.deepEqual(await database.root.execute(sql, ['x', 'y']), expected);
    assert.deepEqual(await database.run((transaction) => transaction.execute(sql, ['x', 'y'])), expected);
  });

  it('accepts more than nine placeholders', async () => {
    const { database } = subject();
    const params = Array.from({ length: 12 }, (_, index) => index);
    const sum = params.map((_, index) => `$${index + 1}::int4 * ${index + 1}`).join(' + ');
    assert.deepEqual(await database.root.execute(`SELECT ${sum} AS sum`, params), [{ sum: 572 }]);
  });

  it('passes question marks, colons and quotes of a statement on', async () => {
    const { database } = subject();
    const sql =
      `SELECT '? ?? $1 :a \\? \\' AS literal, '{"a":1}'::jsonb ? 'a' AS has, '{"a":1}'::jsonb ?| $1::text[] AS any, ` +
      `'{"a":1}'::jsonb ?& $1::text[] AS every, 1 AS "odd ? ""name"" :b", E'it\\'s' AS escaped, $tag$ $1 ? $tag$ AS dollar -- ? $1`;
    assert.deepEqual(await database.root.execute(sql, [['a', 'b']]), [
      {
        literal: '? ?? $1 :a \\? \\',
        has: true,
        any: true,
        every: false,
        'odd ? "name" :b': 1,
        escaped: "it's",
        dollar: ' $1 ? ',
      },
    ]);
  });

  it('returns the rows of statements that write, and none of others', async () => {
    const { database } = subject();
    await database.run(async (transaction) => {
      assert.deepEqual(await transaction.execute(insertOf('a')), []);
      assert.deepEqual(await transaction.execute(`${insertOf('b', '1')} RETURNING id`), [{ id: 'b' }]);
      const update = `UPDATE ${TABLE} SET place = $1 WHERE id = $2 RETURNING id, place`;
      assert.deepEqual(await transaction.execute(update, [2, 'b']), [{ id: 'b', place: 2 }]);
      assert.deepEqual(await transaction.execute(update, [2, 'none']), []);
      assert.deepEqual(await transaction.execute(`DELETE FROM ${TABLE} RETURNING id`), [
        { id: 'a' },
        { id: 'b' },
      ]);
      assert.deepEqual(await transaction.execute(`DELETE FROM ${TABLE}`), []);
    });
    assert.deepEqual(await database.root.execute(`UPDATE ${TABLE} SET place = 1 RETURNING id`), []);
  });
}
