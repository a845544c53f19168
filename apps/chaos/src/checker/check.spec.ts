import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../promises/kinds.js';
import { check } from './check.js';
import type { CallRecord, Evidence } from './records.js';
import { violationsOf } from './violations.js';

const OK = { ok: true } as const;

function call(id: string, kind: Kind, more: Partial<CallRecord> = {}): CallRecord {
  return { id, kind, key: 'k', place: Number(id.replace(/\D/g, '')), end: OK, ...more };
}

function effects(service: string, ...ids: readonly string[]): Evidence['effects'] {
  return ids.map((id) => ({ id, service, nodeId: `${service}-1` }));
}

/** All went well: three messages of each of two kinds. */
const GOOD: Evidence = {
  calls: [
    ...['c1', 'c2', 'c3'].map((id) => call(id, 'command')),
    ...['r1', 'r2', 'r3'].map((id) => call(id, 'reliable')),
  ],
  effects: [...effects('orders', 'c1', 'c2', 'c3', 'r1', 'r2', 'r3'), ...effects('mail', 'r1', 'r2', 'r3')],
  deadLetters: [],
};

function violations(evidence: Evidence, kind: Kind): readonly string[] {
  const found = check(evidence).get(kind);
  if (found === undefined) throw new Error('no findings');
  return violationsOf(found, 'once');
}

describe('the checker', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(violations(GOOD, 'command')).toEqual([]);
    expect(violations(GOOD, 'reliable')).toEqual([]);
  });

  it('finds a planted loss, in one service of two too', () => {
    const withoutOne = { ...GOOD, effects: GOOD.effects.filter(({ id }) => id !== 'c2') };
    expect(violations(withoutOne, 'command')).toEqual(['1 lost: c2']);
    const notMailed = GOOD.effects.filter(({ id, service }) => !(id === 'r2' && service === 'mail'));
    expect(violations({ ...GOOD, effects: notMailed }, 'reliable')).toEqual(['1 lost: r2']);
  });

  it('finds a planted duplicate', () => {
    const repeated = { ...GOOD, effects: [...GOOD.effects, ...effects('mail', 'r1')] };
    expect(violations(repeated, 'reliable')).toEqual(['1 took effect twice: r1']);
  });

  it('finds a planted reorder, and takes a repetition for none', () => {
    const swapped = {
      ...GOOD,
      effects: [...effects('orders', 'r2', 'r1', 'r3'), ...effects('mail', 'r1', 'r2', 'r3')],
    };
    expect(violations(swapped, 'reliable')).toEqual(['1 out of order: r1']);
    const again = { ...GOOD, effects: [...GOOD.effects, ...effects('mail', 'r1')] };
    expect(check(again).get('reliable')?.unordered).toEqual([]);
  });

  it('finds a call that never ended, unless its caller was killed', () => {
    const silent = { ...GOOD, calls: [call('c1', 'command', { end: undefined }), ...GOOD.calls.slice(1)] };
    expect(violations(silent, 'command')).toEqual(['1 never answered: c1']);
    const killed = call('c1', 'command', { end: undefined, isExcused: true });
    expect(violations({ ...GOOD, calls: [killed, ...GOOD.calls.slice(1)] }, 'command')).toEqual([]);
  });

  it('finds calls that failed, and does not ask for the effect of one that did', () => {
    const end = { ok: false, code: 'CATGA_TIMEOUT' } as const;
    const failed: Evidence = { calls: [call('c1', 'command', { end })], effects: [], deadLetters: [] };
    expect(violations(failed, 'command')).toEqual(['1 failed: CATGA_TIMEOUT']);
    const found = check(failed).get('command');
    expect(found && violationsOf(found, 'once, or an error')).toEqual([]);
    expect(found && violationsOf(found, 'an error')).toEqual([]);
  });

  it('finds success where an error is promised', () => {
    const found = check(GOOD).get('command');
    expect(found && violationsOf(found, 'an error')).toEqual(['3 succeeded that should have failed']);
  });

  it('takes a dead letter for a message that is not lost, but not for one that was delivered', () => {
    const given: Evidence = {
      ...GOOD,
      effects: GOOD.effects.filter(({ id, service }) => !(id === 'r2' && service === 'mail')),
      deadLetters: [{ id: 'r2', service: 'mail' }],
    };
    expect(check(given).get('reliable')?.lost).toEqual([]);
    expect(violations(given, 'reliable')).toEqual(['1 given up on: r2']);
  });

  it('finds an error without a code', () => {
    const end = { ok: false, code: 'none' } as const;
    const found = check({ calls: [call('c1', 'command', { end })], effects: [], deadLetters: [] }).get(
      'command',
    );
    expect(found && violationsOf(found, 'once, or an error')).toEqual([
      'a caller got an error without a code',
    ]);
  });
});
