import { createConnection } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { isInfrastructureFailure } from './infrastructure-failure.js';

const error = (fields: object, message = 'failed'): Error => Object.assign(new Error(message), fields);
const wrapped = (cause: unknown): Error => new Error('the order could not be saved', { cause });

describe('a failure of the infrastructure', () => {
  it.each(
    `ECONNREFUSED ECONNRESET ETIMEDOUT EPIPE ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH
ECONNABORTED UND_ERR_CONNECT_TIMEOUT UND_ERR_SOCKET ERR_NETWORK 57P01 57P03 08000 08006 08P01
53300 40001 40P01 P1001 P1002 P1008 P1017 P2024 P2034 PROTOCOL_CONNECTION_LOST
ER_CON_COUNT_ERROR ER_LOCK_DEADLOCK CONNECTION_CLOSED CONNECT_TIMEOUT ESOCKET ORA-03113 NJS-500
SQLITE_BUSY_SNAPSHOT`.split(/\s+/),
  )('is known by its code %s', (code) => {
    expect(isInfrastructureFailure(error({ code }))).toBe(true);
  });

  it.each(
    `KnexTimeoutError TimeoutError PrismaClientInitializationError ConnectionClosedError
SequelizeConnectionError SequelizeConnectionRefusedError SequelizeHostNotFoundError
MongoNetworkError MongoServerSelectionError MaxRetriesPerRequestError ClientClosedError`.split(/\s+/),
  )('is known by its name %s, or that of its class', (name) => {
    expect(isInfrastructureFailure(error({ name }))).toBe(true);
    const Named = { [name]: class extends Error {} }[name] ?? Error;
    expect(isInfrastructureFailure(new Named('failed'))).toBe(true);
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Knex: Timeout acquiring a connection. The pool is probably full.',
    'Operation `orders.insertOne()` buffering timed out after 10000ms',
    'Connection is closed.',
    "READONLY You can't write against a read only replica.",
    'socket hang up',
  ])('is known by what it says: %s', (message) => {
    expect(isInfrastructureFailure(new Error(message))).toBe(true);
  });

  it('is known by what a driver or gRPC says of it otherwise', () => {
    expect(isInfrastructureFailure(error({ errorCode: 'P1001' }))).toBe(true);
    expect(isInfrastructureFailure(error({ errorLabels: ['RetryableWriteError'] }))).toBe(true);
    expect(isInfrastructureFailure(error({ code: 14, details: 'No connection established' }))).toBe(true);
  });

  it('is known by one that led to it, however deep, in every place where libraries put it', () => {
    const refused = error({ code: 'ECONNREFUSED' });
    for (const lead of ['cause', 'driverError', 'original', 'parent', 'previous'])
      expect(isInfrastructureFailure(error({ [lead]: refused }))).toBe(true);
    expect(isInfrastructureFailure(wrapped(wrapped(new AggregateError([new Error('x'), refused]))))).toBe(
      true,
    );
    expect(isInfrastructureFailure(wrapped({ code: 'ECONNRESET' }))).toBe(true);
    expect(isInfrastructureFailure(wrapped(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'away')))).toBe(true);
  });

  it('is what Node says of a port where nobody listens, and of a time-out', async () => {
    const [refused] = (await once(createConnection(1, 'localhost').unref(), 'error').catch(
      (thrown: unknown) => [thrown],
    )) as [unknown];
    expect(isInfrastructureFailure(wrapped(refused))).toBe(true);
    const thrown: unknown = await fetch('http://127.0.0.1:9').catch((fault: unknown) => fault);
    expect(isInfrastructureFailure(thrown)).toBe(true);
  });

  it('is no error of the business, nor one that only looks alike', () => {
    for (const other of [
      new RangeError('no tea left'),
      error({ code: 'OUT_OF_STOCK', status: 409 }),
      error({ code: '23505', severity: 'ERROR' }), // a unique key is taken
      error({ code: 'P2002' }),
      error({ code: 'ER_DUP_ENTRY' }),
      error({ code: 11000, name: 'MongoServerError' }),
      error({ code: 4 }),
      error({ code: 'SQLITE_CONSTRAINT' }),
      new Error('The Connection is closed for new orders'),
      wrapped(new CatgaError('CATGA_VALIDATION_FAILED', 'no')),
    ])
      expect(isInfrastructureFailure(other)).toBe(false);
  });

  it('is looked for in whatever was thrown: rings, proxies, getters that throw', () => {
    const ring: { cause?: unknown } = new Error('ring');
    ring.cause = ring;
    expect(isInfrastructureFailure(ring)).toBe(false);
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('a fault');
        },
      },
    );
    expect(isInfrastructureFailure(hostile)).toBe(false);
    expect(isInfrastructureFailure(undefined)).toBe(false);
    expect(isInfrastructureFailure('ECONNREFUSED')).toBe(false);
  });
});
