import { posix } from 'node:path';
import type { Rule, SchematicContext } from '@angular-devkit/schematics';
import { installPackages } from '../install-packages.js';
import { withDeclaration, withImport } from '../module-source.js';
import { namesOf } from '../names.js';
import type { Names } from '../names.js';
import { NestProject, catgaRange } from '../nest-project.js';

/** Options of a generator, as passed by the Nest CLI. */
export interface GenerateOptions {
  readonly name: string;
  /** Folder below the source root. */
  readonly path?: string;
  readonly sourceRoot?: string;
  /** @defaultValue `true` */
  readonly spec?: boolean;
  /** @defaultValue `'spec'` */
  readonly specFileSuffix?: string;
  /** Leaves the modules as they are. @defaultValue `false` */
  readonly skipImport?: boolean;
}

/** A generated file, by its suffix: `.handler` is `place-order.handler.ts`. */
export interface GeneratedFile {
  readonly role: string;
  readonly content: string;
}

/** Output of a generator. */
export interface Generated {
  readonly files: readonly GeneratedFile[];
  readonly spec: GeneratedFile;
  /** The class to provide. */
  readonly provider?: string;
  /** The file of the provider. */
  readonly role?: string;
  /** Required package of Catga, and its module that the application imports. */
  readonly needs?: { readonly package: string; readonly module: string };
  /** Remaining steps for the user. */
  readonly note?: string;
}

/** Import specifier of another generated file, by its role. */
export type Specifier = (role: string) => string;

/** Schematic of a generator. `suffix` is dropped from a given name. */
export const generator =
  (suffix: string, generate: (names: Names, at: Specifier) => Generated) =>
  (options: GenerateOptions): Rule =>
  (tree, context) => {
    const project = new NestProject(tree, '', options.sourceRoot);
    const names = namesOf(options.name, options.path, suffix);
    const fileOf = (role: string) => posix.join(names.folder, `${names.file}${role}`);
    const made = generate(names, (role) => project.specifier(fileOf(''), fileOf(role)));
    const add = (file: string, content: string) => {
      if (!project.addSource(file, content)) context.logger.warn(`${file} exists already, and is unchanged.`);
    };
    for (const { role, content } of made.files) add(`${fileOf(role)}.ts`, content);
    let isAdded = made.needs !== undefined && project.depend({ [made.needs.package]: catgaRange });
    if (options.spec ?? true) {
      const end = options.specFileSuffix || 'spec';
      add(`${fileOf(made.spec.role)}.${end}.ts`, made.spec.content);
      isAdded = project.depend({ '@catga/testing': catgaRange }, 'devDependencies') || isAdded;
    }
    if (!options.skipImport) provide(project, names, made, fileOf, context);
    if (isAdded) installPackages(context, project);
    if (made.note) context.logger.info(made.note);
  };

function provide(
  project: NestProject,
  { folder }: Names,
  { provider, role = '', needs }: Generated,
  fileOf: (role: string) => string,
  context: SchematicContext,
): void {
  const module = project.moduleAbove(folder);
  if (module === undefined) {
    context.logger.warn(`No module found above ${fileOf(role)}: provide ${provider ?? 'it'} yourself.`);
    return;
  }
  if (provider) {
    const source = withImport(
      project.source(module) ?? '',
      [provider],
      project.specifier(module, fileOf(role)),
    );
    project.rewriteSource(module, withDeclaration(source, 'providers', provider));
  }
  const root = project.rootModule;
  const source = project.source(root) ?? '';
  if (needs === undefined || source.includes(needs.module)) return;
  const imported = withImport(source, [needs.module], needs.package);
  project.rewriteSource(root, withDeclaration(imported, 'imports', `${needs.module}.forRoot()`));
}
