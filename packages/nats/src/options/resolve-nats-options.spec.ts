import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '@catga/core';
import { nats } from '../nats-engine.js';
import type { NatsEngineOptions } from './nats-engine-options.js';
import { resolveNatsOptions } from './resolve-nats-options.js';

const connection = Object.fromEntries(
  ['publish', 'subscribe', 'flush', 'status', 'closed', 'isClosed', 'drain', 'close'].map((name) => [
    name,
    () => {},
  ]),
) as unknown as NonNullable<NatsEngineOptions['connection']>;

function refused(options: unknown): CatgaError {
  try {
    nats(options as NatsEngineOptions);
  } catch (thrown) {
    if (thrown instanceof CatgaError) return thrown;
  }
  throw new Error('It was not refused.');
}

const problemsOf = (options: unknown): unknown => refused(options).details.problems;

describe('options of the NATS engine', () => {
  it('are complete without any being given', () => {
    expect(resolveNatsOptions(undefined)).toEqual({
      addresses: { hosts: ['127.0.0.1:4222'], isTls: false },
      reconnect: { maxAttempts: -1, waitMs: 500, jitterMs: 200, maxBufferedBytes: 8_388_608 },
      waitOnStart: false,
      connectTimeoutMs: 5000,
      requestTimeoutMs: 10_000,
      replicas: 1,
      durable: {
        storage: 'file',
        maxAgeMs: 604_800_000,
        duplicateWindowMs: 120_000,
        ackWaitMs: 30_000,
        maxUnsettled: 10_000,
        maxPendingAcks: 4096,
        lanes: 16,
      },
    });
  });

  it('may be an address, or several of one cluster', () => {
    expect(resolveNatsOptions('a').addresses.hosts).toEqual(['a:4222']);
    expect(resolveNatsOptions(['nats://a:1', 'tls://b', '[::1]:3']).addresses).toEqual({
      hosts: ['a:1', 'b:4222', '[::1]:3'],
      isTls: true,
    });
  });

  it('take credentials out of the address', () => {
    expect(resolveNatsOptions('nats://ann:p%40ss@a:1').addresses).toEqual({
      hosts: ['a:1'],
      isTls: false,
      user: 'ann',
      pass: 'p@ss',
    });
    expect(resolveNatsOptions('nats://t0ken@a').addresses).toMatchObject({
      hosts: ['a:4222'],
      token: 't0ken',
    });
  });

  it('that make no sense are refused, all at once', () => {
    const error = refused({
      servers: ['http://a', 'nats://'],
      replicas: 2,
      reconnect: { waitMs: 0 },
      connectTimeoutMs: '5s',
      inboxPrefix: 'a.*',
      waitForever: true,
    });
    expect(error.code).toBe('CATGA_CONFIGURATION');
    for (const name of [
      'servers.0',
      'servers.1',
      'replicas',
      'reconnect.waitMs',
      'connectTimeoutMs',
      'inboxPrefix',
    ]) {
      expect(error.message).toContain(`${name}:`);
    }
    expect(error.message).toContain('waitForever');
  });

  it('that contradict each other are refused', () => {
    expect(problemsOf({ servers: 'nats://ann:x@a', token: 't' })).toEqual([
      'servers: only one of user and pass, token, credentialsFile and nkeySeed may be given',
    ]);
    expect(problemsOf({ user: 'ann' })).toEqual(['pass: user and pass must be given together']);
    expect(problemsOf({ servers: 'tls://a', tls: false })).toEqual([
      'tls: is false, but an address requires TLS',
    ]);
    expect(problemsOf(['nats://ann:x@a', 'nats://bob:y@b'])).toEqual([
      'servers.1: must carry the same credentials as the first',
    ]);
    expect(problemsOf({ connection, name: 'n', tls: true })).toEqual([
      'name: has no effect beside connection; leave one out',
      'tls: has no effect beside connection; leave one out',
    ]);
    expect(problemsOf({ connection: {} })).toEqual([
      'connection: must be a connection of @nats-io/transport-node or nats',
    ]);
  });

  it('that are refused do not appear in the error', () => {
    const secret = 's3cr3t';
    const wrong = [
      { servers: `ftp://ann:${secret}@a`, token: '' },
      { servers: [`nats://ann:${secret}@a`, `nats://ann:${secret}2@a`] },
      { servers: 'a', user: 'ann', pass: secret, token: secret },
      { nkeySeed: 7, credentialsFile: '', pass: secret, tls: { key: secret, ca: 1 } },
    ];
    for (const options of wrong) expect(JSON.stringify(refused(options))).not.toContain(secret);
  });

  it('leave what they were given as it was', () => {
    const given = Object.freeze({ servers: Object.freeze(['a']), reconnect: Object.freeze({ waitMs: 7 }) });
    expect(resolveNatsOptions(given).reconnect.waitMs).toBe(7);
  });

  it('of any kind are taken or refused with CATGA_CONFIGURATION, which shows none of it', () => {
    const names = [...Object.keys(resolveNatsOptions('a')), 'servers', 'user', 'pass', 'token', 'nkeySeed'];
    const group = fc.dictionary(
      fc.constantFrom('waitMs', 'ca', 'storage', 'maxBytes', '__proto__'),
      fc.anything(),
    );
    const secret = 's3cr3t-that-nobody-may-read';
    const value = fc.oneof(
      group,
      fc.anything(),
      fc.constant(secret),
      fc.constantFrom(`nats://ann:${secret}@a:b:c`, `nats://${secret}:%zz@a`, `tls://%@${secret}`),
    );
    const options = fc.dictionary(fc.constantFrom(...names, '__proto__'), value);
    fc.assert(
      fc.property(fc.oneof(options, value, fc.array(value)), (given) => {
        try {
          resolveNatsOptions(given as NatsEngineOptions);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'CATGA_CONFIGURATION' });
          expect(inspect(thrown, { depth: 10 })).not.toContain(secret);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
