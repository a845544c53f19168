import { describe, expect, it } from '@jest/globals';
import { check } from '../checker/check.js';
import type { CallRecord } from '../checker/records.js';
import { reportOf } from './report.js';

const SCENARIO = {
  fault: 'permissions-refused',
  fails: 'CATGA_ENGINE_UNAVAILABLE',
  neverFails: 'CATGA_TIMEOUT',
  isLogged: /does not permit/,
} as const;
const LOGS = new Map([['orders-1', 'NATS does not permit this']]);

const failed = (kind: CallRecord['kind'], code: string): CallRecord => ({
  id: `${kind} ${code}`,
  kind,
  key: 'k',
  place: 0,
  end: { ok: false, code },
});
const violations = (calls: readonly CallRecord[], logs: ReadonlyMap<string, string> = LOGS) =>
  reportOf(SCENARIO, 'nats', check({ calls, effects: [], deadLetters: [] }), logs).violations;

describe('the report of a scenario', () => {
  const refused = failed('command', 'CATGA_ENGINE_UNAVAILABLE');

  it('has nothing against callers that were told early, and a query that was lost', () => {
    expect(violations([refused, failed('query', 'CATGA_TIMEOUT')])).toEqual([]);
  });

  it('says that nobody got the error, so that the fault did not happen', () => {
    expect(violations([])).toEqual([expect.stringContaining('nobody got CATGA_ENGINE_UNAVAILABLE')]);
  });

  it('says who got an error that nobody should get', () => {
    expect(violations([refused, failed('command', 'CATGA_TIMEOUT')])).toEqual([
      expect.stringContaining('command, QoS 1: somebody got CATGA_TIMEOUT'),
    ]);
  });

  it('says which process has not logged the fault', () => {
    expect(violations([refused], new Map([...LOGS, ['mail-1', 'all is well']]))).toEqual([
      expect.stringContaining('mail-1 has not logged'),
    ]);
  });

  it('says that handlers were told to stop, and that more is repeated than was being handled, where neither may be', () => {
    const calls = ['r1', 'r2'].map((id): CallRecord => ({
      id,
      kind: 'reliable',
      key: id,
      place: 1,
      end: { ok: true },
    }));
    const effects = ['r1', 'r2', 'r1', 'r2'].flatMap((id) =>
      ['orders', 'mail'].map((service) => ({ id, service, nodeId: `${service}-1` })),
    );
    const aborts = [{ id: 'r1', service: 'orders', nodeId: 'orders-1' }];
    const evidence = { calls, effects, deadLetters: [], aborts };
    const found = (strict: object): readonly string[] =>
      reportOf({ fault: 'paused', ...strict }, 'nats', check(evidence)).violations;
    expect(found({})).toEqual([]);
    expect(found({ neverAborts: true, mostRepeats: 3 })).toEqual([
      expect.stringContaining('1 told to stop: r1'),
      expect.stringContaining('4 took effect twice, and 3 were being handled'),
    ]);
    expect(found({ mostRepeats: 4 })).toEqual([]);
  });
});
