import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import type { CatgaOptions } from './catga-options.js';
import { resolveCatgaOptions } from './resolve-options.js';

function issuesOf(options: unknown): string[] {
  try {
    resolveCatgaOptions(options as CatgaOptions);
  } catch (error) {
    if (!(error instanceof CatgaError)) throw error;
    expect(error.code).toBe('CATGA_CONFIGURATION');
    const { issues } = error.details as { issues: { path: string; message: string }[] };
    for (const { path } of issues) expect(error.message).toContain(path);
    return issues.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('The options were taken.');
}

describe('options', () => {
  it('are complete without any being given', () => {
    const { engine, serializer, nodeId, ...rest } = resolveCatgaOptions();
    expect(engine.name).toBe('memory');
    expect(serializer.name).toBe('json');
    expect(nodeId).toMatch(/^app-[0-9a-f]{8}$/);
    expect(rest).toEqual({
      service: 'app',
      namespace: 'catga',
      endpoint: undefined,
      propagatedHeaders: ['traceparent', 'tracestate', 'baggage'],
      metadata: {},
      role: 'node',
      admin: {
        describe: true,
        stats: true,
        failures: true,
        tap: true,
        traffic: true,
        sagas: true,
        projections: true,
      },
      heartbeat: { intervalMs: 5000, timeoutMs: 15_000 },
      routing: 'local-first',
      remote: 'all',
      inheritance: 'none',
      request: { timeoutMs: undefined, retransmitMs: 500, maxAttempts: 4 },
      concurrency: { maxInFlight: Infinity, maxQueued: 10_000, queueTimeoutMs: 30_000 },
      retry: { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 30_000, multiplier: 2, jitter: true },
      idempotency: { ttlMs: 86_400_000, leaseMs: 30_000 },
      deadLetters: { ttlMs: 2_592_000_000 },
      outcomes: { only: undefined, except: [] },
      deadLetterOn: [],
      limits: { maxPayloadBytes: 1_048_576, maxHeaderBytes: 16_384 },
      behaviors: [],
      telemetry: [],
      health: { graceMs: 10_000 },
      shutdown: { delayMs: 0, drainTimeoutMs: 10_000 },
    });
  });

  it('keep the defaults beside what is given of a group', () => {
    expect(resolveCatgaOptions({ retry: { maxAttempts: 2 }, heartbeat: { timeoutMs: 6000 } })).toMatchObject({
      retry: { maxAttempts: 2, initialDelayMs: 100 },
      heartbeat: { intervalMs: 5000, timeoutMs: 6000 },
    });
  });

  it('name each node anew, after its service', () => {
    const names = Array.from({ length: 50 }, () => resolveCatgaOptions({ service: 'shop' }).nodeId);
    expect(new Set(names).size).toBe(50);
    expect(names[0]).toMatch(/^shop-/);
    const long = resolveCatgaOptions({ service: 's'.repeat(64) }).nodeId;
    expect(() => resolveCatgaOptions({ nodeId: long })).not.toThrow();
  });

  it('that are wrong or unknown are reported all at once, each with its path', () => {
    const issues = issuesOf({
      servce: 'typo',
      service: 'with space',
      endpoint: 'not a url',
      metadata: { zone: 1 },
      heartbeat: { intervalMs: 5000, timeoutMs: 5000 },
      concurrency: { maxInFlight: 0, maxQueue: 1 },
      retry: { maxAttempts: 1.5, multiplier: 0.5, jitter: 'yes' },
      limits: { maxPayloadBytes: -1 },
      shutdown: { drainTimeoutMs: 2 ** 31 },
      engine: 'memory',
      serializer: {},
      behaviors: [{}, () => {}],
      outcomes: { only: [class Other {}], never: [] },
      deadLetterOn: [Error, undefined],
    });
    expect(issues.map((issue) => issue.slice(0, issue.indexOf(':'))).toSorted()).toEqual([
      'behaviors.0',
      'concurrency.maxInFlight',
      'concurrency.maxQueue',
      'deadLetterOn.1',
      'endpoint',
      'engine',
      'heartbeat.timeoutMs',
      'limits.maxPayloadBytes',
      'metadata.zone',
      'outcomes.never',
      'outcomes.only.0',
      'retry.jitter',
      'retry.maxAttempts',
      'retry.multiplier',
      'serializer',
      'servce',
      'service',
      'shutdown.drainTimeoutMs',
    ]);
    expect(issues).toContain('servce: unknown option');
    expect(issues).toContain('concurrency.maxQueue: unknown option');
    expect(issues).toContain('heartbeat.timeoutMs: must be more than heartbeat.intervalMs');
    expect(issues).toContain('engine: must be an engine, such as memory()');
  });

  it.each([null, 'memory', 7])('that are %p are refused', (options) => {
    expect(issuesOf(options)).toEqual([expect.stringMatching(/^options: /)]);
  });

  it('that are wrong are not shown: a secret may be among them', () => {
    try {
      resolveCatgaOptions({ endpoint: 'secret', nodeId: 'secret secret', metadata: 'secret' as never });
      throw new Error('The options were taken.');
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain('secret');
      expect((error as Error).message).not.toContain('secret');
    }
  });

  it('cannot be changed afterwards, from either side', () => {
    const given = { retry: { maxAttempts: 2 }, metadata: { zone: 'a' }, behaviors: [] as never[] };
    const resolved = resolveCatgaOptions(given);
    given.retry.maxAttempts = 9;
    given.metadata.zone = 'b';
    given.behaviors.push({} as never);
    expect(resolved).toMatchObject({ retry: { maxAttempts: 2 }, metadata: { zone: 'a' }, behaviors: [] });
    for (const group of [
      resolved,
      resolved.retry,
      resolved.metadata,
      resolved.behaviors,
      resolved.heartbeat,
    ]) {
      expect(Object.isFrozen(group)).toBe(true);
    }
  });

  it('leave what the user made as it is: engine, serializer, behaviors', () => {
    const engine = memory();
    const behavior = {
      handle: (_envelope: unknown, _context: unknown, next: () => Promise<unknown>) => next(),
    };
    const serializer = { name: 'own', encode: () => new Uint8Array(), decode: () => ({}) };
    const resolved = resolveCatgaOptions({ engine, serializer, behaviors: [behavior] });
    expect(resolved.engine).toBe(engine);
    expect(resolved.serializer).toBe(serializer);
    expect(resolved.behaviors[0]).toBe(behavior);
    for (const own of [engine, serializer, behavior]) expect(Object.isFrozen(own)).toBe(false);
  });

  it('of any kind are taken or refused with CATGA_CONFIGURATION, and nothing else happens', () => {
    const names = Object.keys(resolveCatgaOptions());
    const group = fc.dictionary(
      fc.constantFrom('timeoutMs', 'maxAttempts', 'maxPayloadBytes', 'ttlMs'),
      fc.anything(),
    );
    const options = fc.dictionary(fc.constantFrom(...names, '__proto__'), fc.oneof(group, fc.anything()));
    fc.assert(
      fc.property(fc.oneof(options, fc.anything()), (given) => {
        try {
          resolveCatgaOptions(given as CatgaOptions);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'CATGA_CONFIGURATION' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
