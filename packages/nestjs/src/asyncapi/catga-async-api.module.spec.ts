import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { parse } from 'yaml';
import { z } from 'zod';
import { catga } from '../application.fixture.js';
import { CatgaAsyncApiModule } from '../asyncapi.js';
import type { CatgaAsyncApiOptions } from '../asyncapi.js';

import { asyncApiOf, describeApplication } from '../describe.js';
import { Command, Message, RequestHandler } from '../index.js';
import type { IRequestHandler } from '../index.js';

@Message({ name: 'orders.place.v1', schema: z.object({ sku: z.string() }) })
class Place extends Command<void> {}

@RequestHandler(Place)
class PlaceHandler implements IRequestHandler<Place> {
  async handle(): Promise<void> {}
}

const KEYS = Symbol('keys');

/** Lets in who knows one of the keys. */
@Injectable()
class KeyGuard implements CanActivate {
  constructor(@Inject(KEYS) private readonly keys: readonly string[]) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return this.keys.includes(headers['key'] ?? '');
  }
}

class KeysModule {}
const keys = {
  module: KeysModule,
  providers: [{ provide: KEYS, useValue: ['open sesame'] }],
  exports: [KEYS],
};

const adapters = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
};

let app: INestApplication;

afterEach(() => app.close());

async function serve(platform: keyof typeof adapters, served?: CatgaAsyncApiOptions): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [catga({ service: 'shop' }), ...(served ? [CatgaAsyncApiModule.forRoot(served)] : [])],
    providers: [PlaceHandler],
  }).compile();
  app = module.createNestApplication(adapters[platform](), { logger: false });
  app.setGlobalPrefix('v1');
  await app.listen(0, '127.0.0.1');
}

/** By Node's own client: `fetch` sets the header `host` itself. */
function get(path: string, headers: Record<string, string> = {}) {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return new Promise<{ status: number | undefined; type: string | undefined; text: string }>(
    (resolve, reject) => {
      request({ port, path, headers, host: '127.0.0.1', agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, type: response.headers['content-type'], text }),
        );
      })
        .on('error', reject)
        .end();
    },
  );
}

describe.each(['express', 'fastify'] as const)('a document of AsyncAPI that is served on %s', (platform) => {
  it('is what the command line writes, as JSON and as YAML', async () => {
    await serve(platform, { version: '1.4.0', title: 'The shop' });
    class Described {}
    const described = { module: Described, imports: [catga({ service: 'shop' })], providers: [PlaceHandler] };
    const expected = asyncApiOf(await describeApplication(described), {
      version: '1.4.0',
      title: 'The shop',
    });
    expect(expected.components.schemas['orders.place.v1']).toMatchObject({ required: ['sku'] });

    const json = await get('/v1/asyncapi.json');
    expect([json.status, json.type]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(json.text)).toEqual(expected);
    const yaml = await get('/v1/asyncapi.yaml');
    expect([yaml.status, yaml.type]).toEqual([200, 'application/yaml; charset=utf-8']);
    expect(yaml.text).toMatch(/^asyncapi: 3\.1\.0\n/);
    expect(parse(yaml.text)).toEqual(expected);
  });

  it('is for clients on the same machine only, without guards', async () => {
    await serve(platform, { version: '1' });
    for (const headers of [
      { host: 'rebound.example' },
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=10.0.0.1' },
    ] as Record<string, string>[]) {
      for (const path of ['/v1/asyncapi.json', '/v1/asyncapi.yaml']) {
        const { status, text } = await get(path, headers);
        expect([status, text]).toEqual([403, expect.stringContaining('set the option guards')]);
      }
    }
  });

  it('is for whom the guards let in, on its path', async () => {
    await serve(platform, { version: '1', path: 'docs/events', guards: [KeyGuard], imports: [keys] });
    const path = '/v1/docs/events.yaml';
    expect((await get(path)).status).toBe(403);
    expect((await get(path, { key: 'open sesame', 'x-forwarded-for': '10.0.0.1' })).status).toBe(200);
    expect((await get('/v1/asyncapi.json', { key: 'open sesame' })).status).toBe(404);
  });

  it('is not served unless the module is imported', async () => {
    await serve(platform);
    expect((await get('/v1/asyncapi.json')).status).toBe(404);
  });
});
