import type { Tree } from '@angular-devkit/schematics';
import { NestProject } from '../nest-project.js';

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const compilerOptions = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'ES2023',
  strict: true,
  strictPropertyInitialization: false,
  isolatedModules: true,
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  sourceMap: true,
  rootDir: '.',
  outDir: './dist',
  types: ['vitest/globals', 'node'],
};

const manifest = (name: string, scripts: object): object => ({
  name,
  version: '0.0.1',
  private: true,
  type: 'module',
  scripts: { build: 'tsc -p tsconfig.build.json', ...scripts, test: 'vitest run' },
  dependencies: {
    '@nestjs/common': '^12.0.0',
    '@nestjs/core': '^12.0.0',
    '@nestjs/platform-express': '^12.0.0',
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.2',
  },
  devDependencies: {
    '@nestjs/cli': '^12.0.0',
    '@nestjs/schematics': '^12.0.0',
    '@nestjs/testing': '^12.0.0',
    '@types/node': '^24.0.0',
    typescript: '^6.0.2',
    vitest: '^4.1.2',
  },
});

const vitestConfig = `import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globals: true, include: ['src/**/*.spec.ts'] } });
`;

/** Files of an ESM project of Nest 12 besides its sources, in a folder of its name; refuses a folder that is not empty. */
export function newProject(tree: Tree, name: string, scripts: object, readme: string): NestProject {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`${name} is not a valid name for an application: write it like my-app.`);
  const { subfiles, subdirs } = tree.getDir(name);
  if (subfiles.length + subdirs.length > 0) throw new Error(`The folder ${name} is not empty.`);
  const project = new NestProject(tree, name);
  project.addFile('package.json', json(manifest(name, scripts)));
  project.addFile('tsconfig.json', json({ compilerOptions }));
  project.addFile(
    'tsconfig.build.json',
    json({
      extends: './tsconfig.json',
      compilerOptions: { rootDir: './src', types: ['node'] },
      include: ['src'],
      exclude: ['src/**/*.spec.ts'],
    }),
  );
  project.addFile('nest-cli.json', json({ collection: '@nestjs/schematics', sourceRoot: 'src' }));
  project.addFile('vitest.config.ts', vitestConfig);
  project.addFile('.gitignore', 'node_modules\ndist\n');
  project.addFile('README.md', readme);
  return project;
}
