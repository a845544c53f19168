import { describe, expect, it } from '@jest/globals';
import { Schematics, nestProject } from '../nest-project.fixture.js';

describe('nest g -c @catga/nestjs', () => {
  it.each([
    ['request', ['reorder.handler.spec.ts', 'reorder.handler.ts', 'reorder.ts'], 'ReorderHandler'],
    ['query', ['reorder.handler.spec.ts', 'reorder.handler.ts', 'reorder.ts'], 'ReorderHandler'],
    ['event', ['reorder.handler.spec.ts', 'reorder.handler.ts', 'reorder.ts'], 'ReorderHandler'],
    ['behavior', ['reorder.behavior.spec.ts', 'reorder.behavior.ts'], 'ReorderBehavior'],
    ['saga', ['reorder.saga.spec.ts', 'reorder.saga.ts'], 'ReorderSaga'],
    ['projection', ['reorder.projection.spec.ts', 'reorder.projection.ts'], 'ReorderProjection'],
  ])('%s makes a class with its test, and provides it', async (schematic, files, provider) => {
    const tree = await new Schematics().run(schematic, { name: 'stock/reorder' }, nestProject('cjs'));
    const made = tree.files.filter((file) => file.startsWith('/src/stock/'));
    expect(made.sort()).toEqual(files.map((file) => `/src/stock/${file}`));
    expect(tree.readText('src/app.module.ts')).toContain(`providers: [AppService, ${provider}]`);
    expect(tree.readText(`src/stock/${files.at(-1)}`)).toContain('class Reorder');
    expect(tree.readText('package.json')).toContain('@catga/testing');
  });

  it('provides the class in the nearest module, and imports the package of a saga in the root', async () => {
    const project = nestProject('esm');
    project.create(
      'src/orders/orders.module.ts',
      `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class OrdersModule {}\n`,
    );
    const schematics = new Schematics();
    const tree = await schematics.run('saga', { name: 'orders/late/refund-saga' }, project);
    expect(tree.readText('src/orders/orders.module.ts')).toContain(
      `import { RefundSaga } from './late/refund.saga.js';`,
    );
    expect(tree.readText('src/orders/orders.module.ts')).toContain('providers: [RefundSaga]');
    expect(tree.readText('src/app.module.ts')).toContain('imports: [CatgaSagasModule.forRoot()]');
    expect(tree.readText('package.json')).toContain('@catga/sagas');
    expect(tree.readText('src/orders/late/refund.saga.ts')).toContain(`@Saga({ name: 'late.refund' })`);

    expect(schematics.installs).toBe(1);

    const again = await schematics.run('saga', { name: 'orders/exchange' }, tree);
    expect(schematics.installs).toBe(0); // nothing new
    expect(again.readText('src/app.module.ts').match(/CatgaSagasModule\.forRoot/g)).toHaveLength(1);
  });

  it('run twice changes nothing, and says so', async () => {
    const schematics = new Schematics();
    const once = await schematics.run('request', { name: 'stock/reorder' }, nestProject('cjs'));
    once.overwrite('src/stock/reorder.ts', '// mine');
    const module = once.readText('src/app.module.ts');
    const twice = await schematics.run('request', { name: 'stock/reorder' }, once);
    expect(twice.readText('src/app.module.ts')).toBe(module);
    expect(twice.readText('src/stock/reorder.ts')).toBe('// mine');
    expect(schematics.said).toContain('stock/reorder.ts exists already, and is unchanged.');
    expect(schematics.said).toHaveLength(3);
  });

  it('obeys the options of the Nest CLI', async () => {
    const options = { name: 'GetOrder', path: 'orders', spec: false, skipImport: true };
    const project = nestProject('cjs');
    const before = project.readText('src/app.module.ts');
    const tree = await new Schematics().run('query', options, project);
    expect(tree.files).toContain('/src/orders/get-order.handler.ts');
    expect(tree.files).not.toContain('/src/orders/get-order.handler.spec.ts');
    expect(tree.readText('src/app.module.ts')).toBe(before);
    const suffixed = await new Schematics().run('query', { name: 'stock', specFileSuffix: 'test' }, project);
    expect(suffixed.files).toContain('/src/stock.handler.test.ts');
    await expect(new Schematics().run('query', { name: '1!' }, project)).rejects.toThrow(
      'is not a valid class name',
    );
  });
});
