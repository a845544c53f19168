import { afterEach, expect, it, jest } from '@jest/globals';
import { httpAdapter } from './http-adapter.js';

afterEach(() => {
  jest.dontMock('@nestjs/platform-express').dontMock('@nestjs/platform-fastify');
});

function absent(name: string): void {
  jest.doMock(name, () => {
    throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  });
}

it('serves by Express, else by Fastify, and else says what to install', async () => {
  expect((await httpAdapter()).getType()).toBe('express');
  absent('@nestjs/platform-express');
  expect((await httpAdapter()).getType()).toBe('fastify');
  absent('@nestjs/platform-fastify');
  await expect(httpAdapter()).rejects.toMatchObject({
    code: 'CATGA_CONFIGURATION',
    message: expect.stringContaining('npm install @nestjs/platform-express') as unknown,
  });
});
