import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { isAbsentPackage } from './absent-package.js';

const absent = 'a-package-that-is-not-there';

describe('An optional package', () => {
  it('is known to be absent by what import says', async () => {
    const thrown = await import(absent).catch((error: unknown) => error);
    expect(isAbsentPackage(absent, thrown)).toBe(true);
  });

  it('is known to be absent by what require says, in Node and in a CommonJS test of Jest', () => {
    const require = createRequire(`${process.cwd()}/`);
    expect(
      isAbsentPackage(
        absent,
        thrownBy(() => require(absent) as unknown),
      ),
    ).toBe(true);
  });

  it('is known to be absent by what the require of a single executable application says', () => {
    const thrown = Object.assign(new Error(`No such built-in module: ${absent}`), {
      code: 'ERR_UNKNOWN_BUILTIN_MODULE',
    });
    expect(isAbsentPackage(absent, thrown)).toBe(true);
    expect(isAbsentPackage('another', thrown)).toBe(false);
  });

  it('is not absent when it misses a dependency of its own, or throws as it is loaded', () => {
    const missing = Object.assign(new Error("Cannot find module 'validator'"), { code: 'MODULE_NOT_FOUND' });
    expect(isAbsentPackage('class-validator', missing)).toBe(false);
    expect(isAbsentPackage('class-validator', new TypeError('class-validator is broken'))).toBe(false);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (thrown) {
    return thrown;
  }
}
