import { describe, expect, it } from '@jest/globals';
import { decodeIdempotencyRecord, encodeIdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import { recordKey } from './record-key.js';

describe('records of requests', () => {
  const records: readonly IdempotencyRecord[] = [
    { state: 'running', fingerprint: 'f', token: undefined, leaseMs: 30_000, claimId: 'c' },
    { state: 'running', fingerprint: '"\n', token: 7, leaseMs: 30_000, claimId: 'c' },
    {
      state: 'finished',
      fingerprint: 'f',
      token: 7,
      ttlMs: 5,
      outcome: { ok: true, body: new Uint8Array([10, 0, 255]) },
    },
    {
      state: 'finished',
      fingerprint: 'f',
      token: 7,
      ttlMs: 5,
      outcome: { ok: false, body: new Uint8Array(0) },
    },
  ];

  it.each(records)('are read as they were written: %j', (record) => {
    const read = decodeIdempotencyRecord(encodeIdempotencyRecord(record));
    expect(read).toEqual(record);
  });

  it('are not made of anything else', () => {
    for (const text of ['', '\n', '{}\n', 'x', '{"s":"r"}\n', '[]']) {
      expect(decodeIdempotencyRecord(Buffer.from(text))).toBeUndefined();
    }
  });

  it('have keys that a broker can carry, one for each id', () => {
    const ids = [
      'a',
      'A',
      'a.b',
      'a b',
      '>',
      '*',
      'ключ',
      'x'.repeat(128),
      'x'.repeat(129),
      'id.a',
      'a~b',
      'a~b~c',
      'a~~b',
      '~a',
      'a~',
      '',
    ];
    const keys = ids.map(recordKey);
    expect(new Set(keys).size).toBe(ids.length);
    for (const key of keys) expect(key).toMatch(/^(id|sha256)\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/);
    expect(recordKey('request~order-1')).toBe('id.request.order-1');
  });
});
