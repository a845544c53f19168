import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: undefined,
      retryDelayMs: 500,
      shippingMailFailures: 0,
      commandDelayMs: 0,
      shutdownDelayMs: 0,
      storage: 'memory',
      databaseUrl: undefined,
      dataFolder: 'orders-data',
      natsUrl: undefined,
      relayDelayMs: 0,
    });
  });

  it('reads every variable', () => {
    const environment = {
      PORT: '8080',
      HOST: '127.0.0.1',
      RETRY_DELAY_MS: '20',
      FAIL_SHIPPING_MAIL: '3',
      COMMAND_DELAY_MS: '1000',
      SHUTDOWN_DELAY_MS: '3000',
      STORAGE: 'sql',
      DATABASE_URL: 'postgres://localhost/orders',
      DATA_FOLDER: 'data',
      RELAY_DELAY_MS: '5000',
      CLUSTER: 'nats://localhost:4222',
    };
    expect(readSettings(environment)).toEqual({
      port: 8080,
      host: '127.0.0.1',
      retryDelayMs: 20,
      shippingMailFailures: 3,
      commandDelayMs: 1000,
      shutdownDelayMs: 3000,
      storage: 'sql',
      databaseUrl: 'postgres://localhost/orders',
      dataFolder: 'data',
      relayDelayMs: 5000,
      natsUrl: 'nats://localhost:4222',
    });
  });

  it('lets all mails fail', () => {
    expect(readSettings({ FAIL_SHIPPING_MAIL: 'always' }).shippingMailFailures).toBe(Infinity);
  });

  it.each(['abc', '-1', '65536', '3000.5', '', '0x50', ' 80', '99999999999'])('refuses PORT="%s"', (port) => {
    expect(() => readSettings({ PORT: port })).toThrow(
      `PORT must be a whole number from 0 to 65535, not '${port}'`,
    );
  });

  it('refuses a storage that it does not have', () => {
    expect(() => readSettings({ STORAGE: 'disk' })).toThrow("STORAGE must be 'memory' or 'sql', not 'disk'");
  });

  it('names everything that is wrong at once', () => {
    const environment = {
      PORT: 'x',
      FAIL_SHIPPING_MAIL: 'often',
      RETRY_DELAY_MS: 'y',
      COMMAND_DELAY_MS: 'z',
    };
    expect(() => readSettings(environment)).toThrow(
      /^PORT .*; RETRY_DELAY_MS .*; FAIL_SHIPPING_MAIL .*; COMMAND_DELAY_MS /,
    );
  });
});
