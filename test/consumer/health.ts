// Health routes by Terminus, an optional peer (scripts/check-consumer.mjs).
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaModule } from '@catga/nestjs';
import { CatgaHealthModule } from '@catga/nestjs/health';

@Module({ imports: [CatgaModule.forRoot(), CatgaHealthModule.forRoot()] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  for (const route of ['live', 'ready', 'broker']) {
    const response = await fetch(`http://127.0.0.1:${port}/health/${route}`);
    const { status } = (await response.json()) as { status: string };
    deepStrictEqual([response.status, status], [200, 'ok']);
  }
  strictEqual((await fetch(`http://127.0.0.1:${port}/health/details`)).status, 404);
  await app.close();
  console.log('consumer ok');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
