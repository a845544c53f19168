import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { importsOf } from './module-source.js';

interface Manifest {
  readonly name?: string;
  readonly type?: string;
  readonly packageManager?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const own = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };

/** Lock files, and their package managers. */
const LOCK_FILES: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
};

/** The version range of Catga's packages: they are released together. */
export const catgaRange = `^${own.version}`;

/** The Nest project that a schematic changes: its `package.json` and the files below its source root. */
export class NestProject {
  constructor(
    private readonly tree: Tree,
    /** Folder of `package.json`. */
    private readonly root = '',
    /** Folder of the sources, relative to `root`. */
    readonly sourceRoot = 'src',
  ) {}

  /** Source folder of the application; in a monorepo, that of one application, `apps/web/src`. */
  get name(): string {
    const [, folder] = /([\w-]+)\/src\/?$/.exec(this.sourceRoot) ?? [];
    return folder ?? (this.manifest.name ?? 'app').replace(/^@[^/]+\//, '');
  }

  /** Package manager, by `packageManager` or the lock file; undefined if neither exists. */
  get packageManager(): string | undefined {
    const said = /^(npm|pnpm|yarn|bun)@/.exec(this.manifest.packageManager ?? '')?.[1];
    return said ?? Object.entries(LOCK_FILES).find(([file]) => this.hasFile(file))?.[1];
  }

  /** Whether relative imports end in `.js`. */
  get isEsm(): boolean {
    return this.manifest.type === 'module';
  }

  /** Version range of Nest, for added packages of Nest. */
  get nestRange(): string {
    const major = /\d+/.exec(this.manifest.dependencies?.['@nestjs/core'] ?? '')?.[0] ?? '12';
    return `^${major}.0.0`;
  }

  /** Import specifier of a file from `importer`, both relative to the source root and without extension. */
  specifier(importer: string, imported: string): string {
    const path = posix.relative(posix.dirname(importer), imported);
    return `${path.startsWith('.') ? '' : './'}${path}${this.isEsm ? '.js' : ''}`;
  }

  source(file: string): string | undefined {
    return this.tree.read(this.pathOf(file))?.toString();
  }

  /** Writes a new source file; an existing one is not changed. Returns whether it is new. */
  addSource(file: string, content: string): boolean {
    return this.addFile(posix.join(this.sourceRoot, file), content);
  }

  /** As `addSource`, relative to the project. */
  addFile(file: string, content: string): boolean {
    const path = posix.join(this.root, file);
    if (this.tree.exists(path)) return false;
    this.tree.create(path, content);
    return true;
  }

  hasSource(file: string): boolean {
    return this.tree.exists(this.pathOf(file));
  }

  hasFile(file: string): boolean {
    return this.tree.exists(posix.join(this.root, file));
  }

  /** Whether a folder of the sources has anything in it. */
  hasFolder(folder: string): boolean {
    const { subfiles, subdirs } = this.tree.getDir(this.pathOf(folder));
    return subfiles.length + subdirs.length > 0;
  }

  /** The first source, but for tests, in which `sign` is found, relative to the source root. */
  sourceWith(sign: RegExp): string | undefined {
    let found: string | undefined;
    this.tree.getDir(this.pathOf('')).visit((path) => {
      if (found !== undefined || !path.endsWith('.ts') || /\.(spec|test|d)\.ts$|\/node_modules\//.test(path))
        return;
      if (sign.test(this.tree.read(path)?.toString() ?? ''))
        found = posix.relative(posix.join('/', this.pathOf('')), path);
    });
    return found;
  }

  rewriteSource(file: string, content: string): void {
    this.tree.overwrite(this.pathOf(file), content);
  }

  /** Adds packages; existing ones keep their version. Returns whether any is new. */
  depend(
    packages: Record<string, string>,
    kind: 'dependencies' | 'devDependencies' = 'dependencies',
  ): boolean {
    const manifest = this.manifest;
    const known = { ...manifest.dependencies, ...manifest.devDependencies };
    const added = Object.entries(packages).filter(([name]) => !(name in known));
    if (added.length === 0) return false;
    const all = { ...manifest[kind], ...Object.fromEntries(added) };
    manifest[kind] = Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
    const indent = /^[ \t]+(?=")/m.exec(this.tree.read(this.manifestPath)?.toString() ?? '')?.[0] ?? '  ';
    this.tree.overwrite(this.manifestPath, `${JSON.stringify(manifest, null, indent)}\n`);
    return true;
  }

  /** The module of the application: the one that `main.ts` starts, `app.module.ts`, or whichever is beside `main.ts`. */
  get rootModule(): string {
    const usual = this.hasSource('app.module.ts') ? 'app.module.ts' : undefined;
    const module = this.startedModule ?? usual ?? this.moduleAbove('');
    if (module === undefined) throw new Error(`Found no module in ${this.sourceRoot}.`);
    return module;
  }

  /** The nearest module at or above a folder of the sources, relative to the source root. */
  moduleAbove(folder: string): string | undefined {
    const { subfiles } = this.tree.getDir(this.pathOf(folder));
    const module = subfiles.find((file) => file.endsWith('.module.ts'));
    if (module !== undefined) return posix.join(folder, module);
    return folder === '' || folder === '.' ? undefined : this.moduleAbove(posix.dirname(folder));
  }

  private get startedModule(): string | undefined {
    const main = this.source('main.ts') ?? '';
    const [, started] = /NestFactory\.create\w*(?:<[^>]*>)?\(\s*(\w+)/.exec(main) ?? [];
    if (started === undefined) return undefined;
    const path = importsOf(main).find(({ names }) => names.includes(started))?.from;
    const file = path?.startsWith('./') ? `${path.slice(2).replace(/\.[jt]s$/, '')}.ts` : undefined;
    return file !== undefined && this.hasSource(file) ? file : undefined;
  }

  private get manifestPath(): string {
    return posix.join(this.root, 'package.json');
  }

  private get manifest(): Manifest {
    const content = this.tree.read(this.manifestPath);
    if (content === null) throw new Error('Found no package.json: run this in a Nest project.');
    return JSON.parse(content.toString()) as Manifest;
  }

  private pathOf(file: string): string {
    return posix.join(this.root, this.sourceRoot, file);
  }
}
