import { describe, expect, it } from '@jest/globals';
import { Tree } from '@angular-devkit/schematics';
import { Schematics } from '../nest-project.fixture.js';

describe('templates', () => {
  it('application is one process with an example and health routes', async () => {
    const tree = await new Schematics().run('application', { name: 'shop' });
    expect(tree.readText('shop/src/app.module.ts')).toContain(
      'imports: [CatgaModule.forRoot(), CatgaHealthModule.forRoot()]',
    );
    expect(tree.readText('shop/src/main.ts')).toContain('app.enableShutdownHooks()');
    expect(tree.exists('shop/src/orders/place-order.handler.spec.ts')).toBe(true);
    expect(tree.exists('shop/docker-compose.yml')).toBe(false);
  });

  it.each(['nats', 'redis'])('cluster is a gateway and two services on %s', async (engine) => {
    const tree = await new Schematics().run('cluster', { name: 'shop', engine });
    for (const service of ['gateway', 'orders', 'stock'])
      expect(tree.readText(`shop/src/${service}/main.ts`)).toContain(`nodeOptions('${service}')`);
    expect(tree.readText('shop/docker-compose.yml')).toContain(`${engine}:`);
    expect(tree.readText('shop/package.json')).toContain(`"@catga/${engine}"`);
  });

  it('are refused where they make no sense', async () => {
    const schematics = new Schematics();
    await expect(schematics.run('cluster', { name: 'shop', engine: 'memory' })).rejects.toThrow('broker');
    const tree = Tree.empty();
    tree.create('shop/notes.txt', '');
    await expect(schematics.run('application', { name: 'shop' }, tree)).rejects.toThrow('not empty');
    await expect(schematics.run('application', { name: '../shop' })).rejects.toThrow('is not a valid name');
  });
});
