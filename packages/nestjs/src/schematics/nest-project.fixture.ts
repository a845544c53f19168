import { join } from 'node:path';
import { Tree } from '@angular-devkit/schematics';
import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing';

const appModule = (end: string): string => `import { Module } from '@nestjs/common';
import { AppController } from './app.controller${end}';
import { AppService } from './app.service${end}';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`;

const main = (end: string): string => `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module${end}';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
`;

/** What of a project of `nest new` the schematics read. */
export function nestProject(kind: 'cjs' | 'esm'): UnitTestTree {
  const tree = new UnitTestTree(Tree.empty());
  const end = kind === 'esm' ? '.js' : '';
  tree.create(
    'package.json',
    JSON.stringify({
      name: '@acme/shop',
      ...(kind === 'esm' && { type: 'module' }),
      dependencies: { '@nestjs/core': kind === 'esm' ? '^12.0.1' : '^11.0.1' },
    }),
  );
  tree.create('src/app.module.ts', appModule(end));
  tree.create('src/main.ts', main(end));
  return tree;
}

/** Runs the built schematics as the Nest CLI does: by the collection, options checked by their schema. */
export class Schematics {
  readonly said: string[] = [];
  private readonly runner = new SchematicTestRunner(
    '@catga/nestjs',
    join(__dirname, '../../schematics/collection.json'),
  );

  constructor() {
    this.runner.logger.subscribe(({ message }) => this.said.push(message));
  }

  /** How often packages were to be installed. */
  get installs(): number {
    return this.runner.tasks.length;
  }

  /** What would install the packages; undefined for the Nest CLI's choice. */
  get packageManager(): unknown {
    const [task] = this.runner.tasks;
    const options: { readonly packageManager?: unknown } | undefined = task?.options;
    return options?.packageManager;
  }

  run(name: string, options: object, tree?: Tree): Promise<UnitTestTree> {
    return this.runner.runSchematic(name, options, tree);
  }
}
