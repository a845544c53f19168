import type { Rule } from '@angular-devkit/schematics';
import { installPackages } from '../install-packages.js';
import { withDeclaration, withImport, withShutdownHooks } from '../module-source.js';
import { NestProject, catgaRange } from '../nest-project.js';
import { composeFile } from './compose-file.js';
import { addExample } from './example.js';
import { metricsController } from './metrics-controller.js';
import type { NestAddOptions } from './options.js';
import { databaseSource, moduleOptions } from './wiring.js';

/** `nest add @catga/nestjs`: wires `CatgaModule` into the application. */
export function nestAdd(options: NestAddOptions): Rule {
  return (tree, context) => {
    const project = new NestProject(tree, '', options.sourceRoot);
    const { notes } = addCatga(project, options);
    for (const note of notes) context.logger.warn(note);
    if (!options.skipInstall) installPackages(context);
  };
}

/** Wires Catga into a project; returns what is left to its developer. */
export function addCatga(project: NestProject, options: NestAddOptions): { readonly notes: string[] } {
  const notes: string[] = [];
  const before = project.source(project.rootModule) ?? '';
  project.depend(packagesOf(project, options));
  if (options.sql) {
    project.depend({ '@types/pg': '^8.11.0' }, 'devDependencies');
    project.addSource('database.ts', databaseSource(project));
  }
  if (before.includes('CatgaModule'))
    return { notes: [`${project.rootModule} has CatgaModule: its options are left as they are.`] };

  project.rewriteSource(project.rootModule, wired(before, project, options));
  if (options.telemetry) addMetrics(project);
  if (options.example ?? true) addExample(project, options);
  addShutdownHooks(project, notes);
  addComposeFile(project, options, notes);
  return { notes };
}

function packagesOf(project: NestProject, { engine, telemetry, health, sql }: NestAddOptions) {
  return {
    '@catga/nestjs': catgaRange,
    ...(engine === 'nats' && { '@catga/nats': catgaRange }),
    ...(engine === 'redis' && { '@catga/redis': catgaRange }),
    ...(telemetry && {
      '@catga/telemetry': catgaRange,
      '@opentelemetry/api': '^1.9.0',
      'prom-client': '^15.1.0',
    }),
    ...(health && { '@nestjs/terminus': project.nestRange }),
    ...(sql && { '@catga/sql': catgaRange, pg: '^8.13.0' }),
  };
}

function wired(source: string, project: NestProject, options: NestAddOptions): string {
  const { imports, expression } = moduleOptions(project, options);
  let result = withImport(source, ['CatgaModule'], '@catga/nestjs');
  for (const { names, from } of imports) result = withImport(result, names, from);
  result = withDeclaration(result, 'imports', expression);
  if (!options.health) return result;
  result = withImport(result, ['CatgaHealthModule'], '@catga/nestjs/health');
  return withDeclaration(result, 'imports', 'CatgaHealthModule.forRoot()');
}

function addMetrics(project: NestProject): void {
  project.addSource('metrics.controller.ts', metricsController);
  const source = project.source(project.rootModule) ?? '';
  const imported = withImport(source, ['MetricsController'], project.specifier('', 'metrics.controller'));
  project.rewriteSource(project.rootModule, withDeclaration(imported, 'controllers', 'MetricsController'));
}

function addShutdownHooks(project: NestProject, notes: string[]): void {
  const source = project.source('main.ts');
  const changed = source && withShutdownHooks(source);
  if (changed) project.rewriteSource('main.ts', changed);
  else notes.push('Call app.enableShutdownHooks() where the application is created.');
}

function addComposeFile(project: NestProject, options: NestAddOptions, notes: string[]): void {
  const content = composeFile(options, project.name);
  if (content === undefined) return;
  const isTaken = ['docker-compose.yml', 'compose.yaml', 'compose.yml'].some((file) => project.hasFile(file));
  const file = isTaken ? 'docker-compose.catga.yml' : 'docker-compose.yml';
  project.addFile(file, content);
  if (isTaken) notes.push(`There is a compose file already; what Catga needs is in ${file}.`);
}
