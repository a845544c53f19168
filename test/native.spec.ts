import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);
let folder = '';
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'catga-native-')))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What Jest prints when it runs test files one after another in one process, as one of its workers does. */
function run(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config = {
    rootDir: folder,
    testEnvironment: join(here, 'native/environment.cjs'),
    runtime: join(here, 'native/runtime.cjs'),
    testMatch: ['**/*.spec.ts'],
    transform: { '\\.ts$': [require.resolve('@swc/jest'), { module: { type: 'commonjs' } }] },
  };
  const jest = join(require.resolve('jest/package.json'), '../bin/jest.js');
  const args = [jest, '--runInBand', '--config', JSON.stringify(config)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_, out, printed) => resolve(out + printed));
  });
}

describe('test files that share a process', () => {
  it('each have the hooks and the state of what they import for tests', async () => {
    const usesBoth = `
      import { expect, it } from '@jest/globals';
      import { opened } from './opened.fixture';
      import { begun } from './cases';
      it('opens one', () => expect([opened.push(1), begun.count]).toEqual([1, 1]));
      it('opens another one', () => expect([opened.push(2), begun.count]).toEqual([1, 2]));`;
    const printed = await run({
      'opened.fixture.ts': `
        import { afterEach } from '@jest/globals';
        import { appendFileSync } from 'node:fs';
        export const opened: number[] = [];
        afterEach(() => appendFileSync('closed', String(opened.splice(0))));`,
      'cases.ts': `
        import { beforeEach } from '@jest/globals';
        export const begun = { count: 0 };
        beforeEach(() => void begun.count++);`,
      'one.spec.ts': usesBoth,
      'two.spec.ts': usesBoth,
    });
    expect(printed).toMatch(/^Tests: +4 passed, 4 total$/m);
    expect(readFileSync(join(folder, 'closed'), 'utf8')).toBe('1212');
  });
});
