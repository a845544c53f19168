import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';

interface Manifest {
  readonly name?: string;
  readonly type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const own = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };

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

  get name(): string {
    return (this.manifest.name ?? 'app').replace(/^@[^/]+\//, '');
  }

  /** Whether relative imports end in `.js`. */
  get isEsm(): boolean {
    return this.manifest.type === 'module';
  }

  /** Of Nest: what of Nest is added has the same. */
  get nestRange(): string {
    const major = /\d+/.exec(this.manifest.dependencies?.['@nestjs/core'] ?? '')?.[0] ?? '12';
    return `^${major}.0.0`;
  }

  /** How a file is imported from `importer`, both relative to the source root and without extension. */
  specifier(importer: string, imported: string): string {
    const path = posix.relative(posix.dirname(importer), imported);
    return `${path.startsWith('.') ? '' : './'}${path}${this.isEsm ? '.js' : ''}`;
  }

  source(file: string): string | undefined {
    return this.tree.read(this.pathOf(file))?.toString();
  }

  /** Writes a new file of the sources; one that exists is the user's, and stays. */
  addSource(file: string, content: string): void {
    this.addFile(posix.join(this.sourceRoot, file), content);
  }

  /** As `addSource`, relative to the project. */
  addFile(file: string, content: string): void {
    const path = posix.join(this.root, file);
    if (!this.tree.exists(path)) this.tree.create(path, content);
  }

  hasSource(file: string): boolean {
    return this.tree.exists(this.pathOf(file));
  }

  hasFile(file: string): boolean {
    return this.tree.exists(posix.join(this.root, file));
  }

  rewriteSource(file: string, content: string): void {
    this.tree.overwrite(this.pathOf(file), content);
  }

  /** Adds packages; those that `package.json` has keep their version. Returns whether any is new. */
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
    this.tree.overwrite(this.manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
    return true;
  }

  /** The module of the application: `app.module.ts`, or whichever is beside `main.ts`, as in a monorepo. */
  get rootModule(): string {
    const module = this.hasSource('app.module.ts') ? 'app.module.ts' : this.moduleAbove('');
    if (module === undefined) throw new Error(`There is no module in ${this.sourceRoot}.`);
    return module;
  }

  /** The nearest module at or above a folder of the sources, relative to the source root. */
  moduleAbove(folder: string): string | undefined {
    const { subfiles } = this.tree.getDir(this.pathOf(folder));
    const module = subfiles.find((file) => file.endsWith('.module.ts'));
    if (module !== undefined) return posix.join(folder, module);
    return folder === '' || folder === '.' ? undefined : this.moduleAbove(posix.dirname(folder));
  }

  private get manifestPath(): string {
    return posix.join(this.root, 'package.json');
  }

  private get manifest(): Manifest {
    const content = this.tree.read(this.manifestPath);
    if (content === null) throw new Error('There is no package.json here: run this in a Nest project.');
    return JSON.parse(content.toString()) as Manifest;
  }

  private pathOf(file: string): string {
    return posix.join(this.root, this.sourceRoot, file);
  }
}
