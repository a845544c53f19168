// The dashboard with its built page (scripts/check-consumer.mjs).
import { deepStrictEqual, match } from 'node:assert';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaDashboardModule } from '@catga/dashboard';
import { CatgaModule } from '@catga/nestjs';

@Module({ imports: [CatgaModule.forRoot({ nodeId: 'shop-1' }), CatgaDashboardModule.forRoot()] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}/catga${path}`);
  match(await (await get('')).text(), /catga\/assets\/app\.js/);
  match((await get('/assets/app.js')).headers.get('content-type') ?? '', /^text\/javascript/);
  const { items } = (await (await get('/api/nodes')).json()) as { items: { nodeId: string }[] };
  deepStrictEqual(
    items.map(({ nodeId }) => nodeId),
    ['shop-1'],
  );
  await app.close();
  console.log('consumer ok');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
