import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { ServiceContracts } from '@catga/core/admin';
import type { DescribeOptions, RootModule } from '@catga/nestjs/describe';
import { notFound, wrongUsage } from '../exit-codes.js';

type Describe = typeof import('@catga/nestjs/describe');

type Exports = Readonly<Record<string, unknown>>;

/** A file of an application, compiled. */
export class ApplicationFile {
  private constructor(
    private readonly path: string,
    private readonly nestjs: Describe,
  ) {}

  static async open(file: string): Promise<ApplicationFile> {
    const path = resolve(file);
    if (!existsSync(path)) throw notFound(`There is no file ${path}: compile the application first.`);
    let found: string;
    try {
      // The application's own copy, whose decorators and module it uses.
      found = createRequire(path).resolve('@catga/nestjs/describe');
    } catch {
      throw wrongUsage(
        `${path} cannot load @catga/nestjs, or only an old version: npm install @catga/nestjs@latest`,
      );
    }
    return new ApplicationFile(path, (await import(found)) as Describe);
  }

  /**
   * Contracts of its handlers.
   *
   * @param name which export is the root module; else the default export, `AppModule`, or the only module among the exports
   */
  async contracts(name: string | undefined, options: DescribeOptions): Promise<ServiceContracts> {
    const exported = await load(this.path);
    return this.nestjs.describeApplication(this.rootModule(exported, name), options);
  }

  private rootModule(exported: Exports, name: string | undefined): RootModule {
    const chosen = name ?? this.nameOfModule(exported);
    if (chosen === undefined)
      throw wrongUsage(
        `Cannot tell which export of ${this.path} is the root module: pass --export NAME: ${Object.keys(exported).join(', ')}.`,
      );
    const found = exported[chosen];
    if (found === undefined) throw notFound(`${this.path} has no export '${chosen}'.`);
    // A function that is not a module returns one.
    return (
      typeof found === 'function' && !this.nestjs.isModule(found) ? (found as () => unknown)() : found
    ) as RootModule;
  }

  /** Version in the nearest package.json. */
  get version(): string {
    for (let folder = dirname(this.path); ; folder = dirname(folder)) {
      try {
        const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
          version?: unknown;
        };
        if (typeof manifest.version === 'string') return manifest.version;
      } catch {
        // Try the parent folder.
      }
      if (folder === dirname(folder)) return '0.0.0';
    }
  }

  private nameOfModule(exported: Exports): string | undefined {
    for (const usual of ['default', 'AppModule']) if (usual in exported) return usual;
    const modules = Object.keys(exported).filter((name) => this.nestjs.isModule(exported[name]));
    return modules.length === 1 ? modules[0] : undefined;
  }
}

/** Loads a file by `require`, which also loads ES modules. */
async function load(path: string): Promise<Exports> {
  let loaded: Exports;
  try {
    loaded = (await import(path)) as Exports;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw thrown;
    throw wrongUsage(`${path} uses top-level await: pass a file that only exports the module.`);
  }
  const { default: main } = loaded;
  // A CommonJS file's exports may be the default export.
  return isObject(main) && !('module' in main) && !('then' in main) ? main : loaded;
}

function isObject(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null;
}
