const hooks = require('node:async_hooks');
const Module = require('node:module');
const { extname } = require('node:path');

/**
 * Runtime of Jest that loads test files by Node's own `require`, once transformed: what is tested is evaluated once in a
 * worker, where Jest's own runtime evaluates it again for each test file. That halves the processor time of this
 * repository's tests, and tests packages as what they are published as, CommonJS. Modules of tests (fixtures, and
 * what imports `@jest/globals` or a module that does) are evaluated for each test file: they have hooks and state.
 * Of the `jest` object there is what `#jestObject` lists.
 *
 * The methods are those which `jest-runner` and `jest-circus` call (https://jestjs.io/docs/configuration#runtime-string).
 */
module.exports = class NativeRuntime {
  static #current;
  static #isHooked = false;

  #globals;
  #mocks = new Map();
  /** Modules that import `@jest/globals`. */
  #importers = new Set();
  /** Made by this test file: in Node 20, each promise of the files that follow would carry them on. */
  #storages = [];

  constructor(config, environment, resolver, transformer, cacheFS, coverage, testPath) {
    this.environment = environment;
    this.resolver = resolver;
    this.transformer = transformer;
    this.coverage = coverage;
    this.testPath = testPath;
    NativeRuntime.#current = this;
    NativeRuntime.#hook();
  }

  /** Makes Node load TypeScript by Jest's transformer, and resolve what `moduleNameMapper` maps. */
  static #hook() {
    if (this.#isHooked) return;
    this.#isHooked = true;
    process.setSourceMapsEnabled(true);
    Module._extensions['.ts'] = (module, file) => module._compile(this.#current.transform(file), file);

    const { _load: load, _resolveFilename: resolve } = Module;
    Module._load = (request, parent, isMain) => {
      if (request === '@jest/globals') {
        this.#current.#importers.add(parent);
        return this.#current.#globals;
      }
      const mock = this.#current.#mocks.get(request);
      return mock === undefined ? load(request, parent, isMain) : mock();
    };
    Module._resolveFilename = (request, parent, ...rest) => {
      // The `require` of OpenTelemetry keeps what it got by a file name of a package.
      if (request === '@jest/globals' || this.#current.#mocks.has(request)) return __filename;
      const isOurs = parent?.filename !== undefined && extname(parent.filename) === '.ts';
      const mapped = isOurs ? this.#current.resolver.resolveStubModuleName(parent.filename, request) : null;
      return mapped ?? resolve(request, parent, ...rest);
    };

    const value = class AsyncLocalStorage extends hooks.AsyncLocalStorage {
      constructor(...args) {
        super(...args);
        NativeRuntime.#current.#storages.push(this);
      }
    };
    Object.defineProperty(hooks, 'AsyncLocalStorage', {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }

  transform(file) {
    const { code } = this.transformer.transform(file, {
      ...this.coverage,
      isInternalModule: false,
      supportsDynamicImport: true,
      supportsExportNamespaceFrom: false,
      supportsStaticESM: false,
      supportsTopLevelAwait: false,
    });
    return code;
  }

  /** What jest-circus keeps of a test file is in its module: it is loaded anew for each. */
  requireInternalModule(file) {
    // The stacks of native modules are mapped by Node.
    if (file.includes('source-map-support')) return { install() {} };
    delete require.cache[file];
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    try {
      return require(file);
    } finally {
      forget(file);
    }
  }

  requireModule(file) {
    Error.prepareStackTrace = undefined;
    Error.stackTraceLimit = 10;
    return require(file);
  }

  setGlobalsForRuntime(globals) {
    this.#globals = { ...globals, jest: this.#jestObject() };
  }

  #jestObject() {
    const { moduleMocker, fakeTimersModern } = this.environment;
    const jest = {
      fn: moduleMocker.fn.bind(moduleMocker),
      spyOn: moduleMocker.spyOn.bind(moduleMocker),
      clearAllMocks: () => (moduleMocker.clearAllMocks(), jest),
      restoreAllMocks: () => (moduleMocker.restoreAllMocks(), jest),
      useFakeTimers: (options) => (fakeTimersModern.useFakeTimers(options), jest),
      useRealTimers: () => (fakeTimersModern.useRealTimers(), jest),
      advanceTimersByTime: (ms) => fakeTimersModern.advanceTimersByTime(ms),
      /** For what is imported later; called at each import. */
      doMock: (name, factory) => (this.#mocks.set(name, factory), jest),
      dontMock: (name) => (this.#mocks.delete(name), jest),
    };
    return jest;
  }

  unstable_shouldLoadAsEsm() {
    return false;
  }

  enterTestCode() {}
  leaveTestCode() {}

  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {
    return globalThis.__coverage__;
  }

  /** Forgets what is the test file's own. */
  teardown() {
    this.#mocks.clear();
    for (const storage of this.#storages) storage.disable();
    this.#forgetTests(require.cache[this.testPath], new Map());
    forget(this.testPath);
  }

  /** Forgets the modules of tests among what a module requires. Returns whether it is one. */
  #forgetTests(module, seen) {
    const known = seen.get(module);
    if (known !== undefined) return known;
    seen.set(module, false); // It may require itself by others.
    const children = module.children.filter((child) => extname(child.filename ?? '') === '.ts');
    const ofTests = children.filter((child) => this.#forgetTests(child, seen));
    for (const { filename } of ofTests) delete require.cache[filename];
    const isOfTests =
      ofTests.length > 0 || this.#importers.has(module) || module.filename.endsWith('.fixture.ts');
    seen.set(module, isOfTests);
    return isOfTests;
  }
};

function forget(file) {
  const index = module.children.indexOf(require.cache[file]);
  if (index >= 0) module.children.splice(index, 1);
  delete require.cache[file];
}
