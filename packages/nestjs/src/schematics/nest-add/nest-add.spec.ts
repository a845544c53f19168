import { describe, expect, it } from '@jest/globals';
import { Schematics, nestProject } from '../nest-project.fixture.js';

const manifestOf = (content: string) =>
  JSON.parse(content) as Record<'dependencies' | 'devDependencies', Record<string, string>>;

describe('nest add @catga/nestjs', () => {
  it('adds the module, an example and nothing else to a CommonJS project', async () => {
    const schematics = new Schematics();
    const tree = await schematics.run('nest-add', {}, nestProject('cjs'));
    expect(tree.readText('src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { AppService } from './app.service';
import { CatgaModule } from '@catga/nestjs';
import { OrdersController } from './orders/orders.controller';
import { PlaceOrderHandler } from './orders/place-order.handler';

@Module({
  imports: [CatgaModule.forRoot()],
  controllers: [AppController, OrdersController],
  providers: [AppService, PlaceOrderHandler],
})
export class AppModule {}
`);
    expect(tree.files.filter((file) => !file.startsWith('/src/'))).toEqual(['/package.json']);
    expect(tree.files.filter((file) => file.startsWith('/src/orders/')).sort()).toEqual([
      '/src/orders/orders.controller.ts',
      '/src/orders/place-order.handler.spec.ts',
      '/src/orders/place-order.handler.ts',
      '/src/orders/place-order.ts',
    ]);
    expect(tree.readText('src/main.ts')).toContain(`create(AppModule);
  app.enableShutdownHooks(); // SIGTERM waits for running handlers
  await app.listen`);
    expect(schematics.installs).toBe(1);
  });

  it('wires an engine, a database, telemetry and health routes into an ESM project', async () => {
    const options = { engine: 'nats', sql: true, telemetry: true, health: true, skipInstall: true };
    const schematics = new Schematics();
    const tree = await schematics.run('nest-add', options, nestProject('esm'));
    expect(tree.readText('src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';
import { CatgaModule } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { sqlOutbox } from '@catga/sql';
import { database } from './database.js';
import { openTelemetry } from '@catga/telemetry';
import { prometheus } from '@catga/telemetry/prometheus';
import { CatgaHealthModule } from '@catga/nestjs/health';
import { MetricsController } from './metrics.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { PlaceOrderHandler } from './orders/place-order.handler.js';

@Module({
  imports: [
    CatgaModule.forRoot({
      engine: nats(process.env.NATS_URL ?? 'nats://localhost:4222'),
      service: 'shop',
      outbox: sqlOutbox(database),
      telemetry: [openTelemetry(), prometheus()],
    }),
    CatgaHealthModule.forRoot(),
  ],
  controllers: [AppController, MetricsController, OrdersController],
  providers: [AppService, PlaceOrderHandler],
})
export class AppModule {}
`);
    expect(tree.readText('docker-compose.yml')).toContain('POSTGRES_DB: shop');
    const { dependencies, devDependencies } = manifestOf(tree.readText('package.json'));
    expect(dependencies['@nestjs/terminus']).toBe('^12.0.0');
    expect(Object.keys(dependencies)).toEqual([
      '@catga/nats',
      '@catga/nestjs',
      '@catga/sql',
      '@catga/telemetry',
      '@nestjs/core',
      '@nestjs/terminus',
      '@opentelemetry/api',
      'pg',
      'prom-client',
    ]);
    expect(Object.keys(devDependencies)).toEqual(['@catga/testing', '@types/pg']);
    expect(schematics.installs).toBe(0);
  });

  it('leaves what is there: packages with their versions, a compose file, a module that has Catga', async () => {
    const project = nestProject('cjs');
    project.create('compose.yaml', 'services: {}');
    project.overwrite('package.json', JSON.stringify({ dependencies: { '@catga/nestjs': 'file:x.tgz' } }));
    const schematics = new Schematics();
    const once = await schematics.run('nest-add', { engine: 'redis' }, project);
    expect(once.readText('docker-compose.catga.yml')).toContain('redis:7');
    expect(once.readText('compose.yaml')).toBe('services: {}');
    expect(manifestOf(once.readText('package.json')).dependencies['@catga/nestjs']).toBe('file:x.tgz');

    const module = once.readText('src/app.module.ts');
    const twice = await schematics.run('nest-add', { engine: 'nats' }, once);
    expect(twice.readText('src/app.module.ts')).toBe(module);
    expect(schematics.said.at(-1)).toContain('app.module.ts already has a node of Catga');
  });

  it('finds the module of an application in a monorepo', async () => {
    const project = nestProject('cjs');
    project.rename('src/app.module.ts', 'apps/web/src/web.module.ts');
    project.rename('src/main.ts', 'apps/web/src/main.ts');
    const options = { sourceRoot: 'apps/web/src', engine: 'nats' };
    const tree = await new Schematics().run('nest-add', options, project);
    expect(tree.readText('apps/web/src/web.module.ts')).toContain('CatgaModule.forRoot({');
    expect(tree.readText('apps/web/src/web.module.ts')).toContain(`service: 'web'`);
    expect(tree.exists('apps/web/src/orders/place-order.ts')).toBe(true);
  });

  it('finds the module that the application starts with, wherever it is', async () => {
    const project = nestProject('esm');
    project.rename('src/app.module.ts', 'src/shop/shop.module.ts');
    project.create('src/health.module.ts', `@Module({})\nexport class HealthModule {}\n`);
    project.overwrite(
      'src/main.ts',
      `import { NestFactory } from '@nestjs/core';
import { AppModule } from './shop/shop.module.js';

const app = await NestFactory.create<NestExpressApplication>(AppModule, new ExpressAdapter(express()))
app.use((request, reply, next) => {
  next();
})
await app.listen(3000)
`,
    );
    const tree = await new Schematics().run('nest-add', { telemetry: true, sql: true }, project);
    const module = tree.readText('src/shop/shop.module.ts');
    expect(module).toContain(`import { database } from '../database.js';`);
    expect(module).toContain(`import { MetricsController } from '../metrics.controller.js';`);
    expect(module).toContain(`import { OrdersController } from '../orders/orders.controller.js';`);
    expect(tree.readText('src/main.ts')).toContain(
      'express()))\napp.enableShutdownHooks(); // SIGTERM waits for running handlers\napp.use(',
    );
  });

  it('adds no example if none is wanted', async () => {
    const tree = await new Schematics().run('nest-add', { example: false }, nestProject('cjs'));
    expect(tree.files).toEqual(nestProject('cjs').files);
    expect(tree.readText('src/app.module.ts')).toContain('imports: [CatgaModule.forRoot()]');
  });

  it('adds no second node, wherever the first one is', async () => {
    for (const source of [
      `CatgaModule.forRootAsync({ useFactory })`,
      `import { CqrsModule } from '@catga/cqrs';`,
    ]) {
      const project = nestProject('cjs');
      project.create('src/infrastructure/messages.module.ts', source);
      const schematics = new Schematics();
      const tree = await schematics.run('nest-add', {}, project);
      expect(tree.readText('src/app.module.ts')).toBe(nestProject('cjs').readText('src/app.module.ts'));
      expect(schematics.said).toEqual([
        'infrastructure/messages.module.ts already has a node of Catga: its options are unchanged.',
      ]);
    }
  });

  it('wires nothing of files that are yours by chance', async () => {
    const project = nestProject('cjs');
    const yours = ['src/orders/orders.controller.ts', 'src/metrics.controller.ts', 'src/database.ts'];
    for (const file of yours) project.create(file, '// mine');
    const schematics = new Schematics();
    const tree = await schematics.run('nest-add', { telemetry: true, sql: true }, project);
    expect(yours.map((file) => tree.readText(file))).toEqual(['// mine', '// mine', '// mine']);
    const module = tree.readText('src/app.module.ts');
    expect(module).toContain('controllers: [AppController]');
    expect(module).toContain(`import { database } from './outbox-database';`);
    expect(tree.readText('src/outbox-database.ts')).toContain('export const database');
    expect(schematics.said).toEqual([
      expect.stringContaining('metrics.controller.ts exists already'),
      'The folder src/orders exists already: no example was added.',
    ]);
  });

  it.each([
    ['npm', undefined, undefined],
    ['pnpm', 'pnpm-lock.yaml', undefined],
    ['yarn', 'yarn.lock', undefined],
    ['bun', 'bun.lock', undefined],
    ['yarn', 'package-lock.json', 'yarn@4.5.0'],
  ])('installs by %s, with %s', async (manager, lockFile, packageManager) => {
    const project = nestProject('cjs');
    if (lockFile !== undefined) project.create(lockFile, '');
    const manifest = manifestOf(project.readText('package.json'));
    project.overwrite('package.json', JSON.stringify({ ...manifest, packageManager }));
    const schematics = new Schematics();
    await schematics.run('nest-add', {}, project);
    expect(schematics.packageManager).toBe(lockFile === undefined ? undefined : manager);
  });

  it.each([
    ['imports: SHARED, controllers: []', 'imports: [...others]'],
    ['providers, imports: []', 'providers: [...others]'],
  ])('refuses a module whose lists are none: %s', async (lists, remedy) => {
    const project = nestProject('cjs');
    project.overwrite('src/app.module.ts', `@Module({ ${lists} })\nexport class AppModule {}\n`);
    await expect(new Schematics().run('nest-add', {}, project)).rejects.toThrow(remedy);
  });

  it('says what it cannot do', async () => {
    const project = nestProject('cjs');
    project.overwrite('src/main.ts', 'await start();');
    const schematics = new Schematics();
    await schematics.run('nest-add', {}, project);
    expect(schematics.said).toEqual(['Call app.enableShutdownHooks() where the application is created.']);

    project.overwrite('src/app.module.ts', 'export class AppModule {}');
    await expect(schematics.run('nest-add', {}, project)).rejects.toThrow('Found no class with @Module');
    project.delete('src/app.module.ts');
    await expect(schematics.run('nest-add', {}, project)).rejects.toThrow('Found no module in src.');
    await expect(schematics.run('nest-add', { engine: 'kafka' }, project)).rejects.toThrow(
      'must be equal to one of the allowed values',
    );
  });
});
