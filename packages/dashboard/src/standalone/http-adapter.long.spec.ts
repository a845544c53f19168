import { afterEach, expect, it, jest } from '@jest/globals';
import { httpAdapter } from './http-adapter.js';

afterEach(() => {
  jest.resetModules();
});

function absent(name: string): void {
  jest.unstable_mockModule(name, () => {
    throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  });
}

it('serves by Express, else by Fastify, and else says what to install', async () => {
  expect((await httpAdapter()).getType()).toBe('express');
  jest.resetModules();
  absent('@nestjs/platform-express');
  expect((await httpAdapter()).getType()).toBe('fastify');
  jest.resetModules();
  absent('@nestjs/platform-fastify');
  await expect(httpAdapter()).rejects.toMatchObject({
    code: 'CATGA_CONFIGURATION',
    message: expect.stringContaining('npm install @nestjs/platform-express') as unknown,
  });
});
