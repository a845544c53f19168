import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestTerminal } from '../testing/terminal.fixture.js';
import { migrateCqrsSource, migrateManifest } from './cqrs-source.js';

describe('catga migrate cqrs', () => {
  it.each([
    [`import { CommandBus } from '@nestjs/cqrs';`, `import { CommandBus } from '@catga/cqrs';`],
    [`import type { ICommand } from "@nestjs/cqrs"`, `import type { ICommand } from "@catga/cqrs"`],
    [`export * from '@nestjs/cqrs';`, `export * from '@catga/cqrs';`],
    [`const { EventBus } = require('@nestjs/cqrs');`, `const { EventBus } = require('@catga/cqrs');`],
    [`jest.mock('@nestjs/cqrs');`, `jest.mock('@catga/cqrs');`],
    [`await import('@nestjs/cqrs')`, `await import('@catga/cqrs')`],
  ])('changes %s', (before, after) => {
    expect(migrateCqrsSource('a.ts', before)).toMatchObject({ text: after, notes: [{ kind: 'changed' }] });
  });

  it('leaves alone what is not the module', () => {
    expect(migrateCqrsSource('a.ts', `import { Injectable } from '@nestjs/common';`)).toBeUndefined();
    const other = `import { X } from '@nestjs/cqrs-extra';`;
    expect(migrateCqrsSource('a.ts', other)).toEqual({ text: other, notes: [] });
  });

  it('says what wants a look, and where', () => {
    const source = [
      `import { CqrsModule, IEventPublisher, Saga } from '@nestjs/cqrs';`,
      `import { X } from '@nestjs/cqrs/dist/x';`,
      `class Kafka implements OnModuleInit, IEventPublisher {}`,
      `CqrsModule.forRoot({ rethrowUnhandled: true, eventPublisher: new Kafka() })`,
      `@Saga()`,
      `expect(() => bus.execute(new Fail())).toThrow('No handler found for the command');`,
      `CatgaModule.forRoot()`,
    ].join('\n');
    const looks = migrateCqrsSource('a.ts', source)!.notes.filter(({ kind }) => kind === 'look');
    expect(looks.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '2 deep-import',
      '3 event-publisher',
      '4 event-publisher',
      '4 rethrow',
      '5 saga',
      '6 exception-text',
      '6 strict-result',
      '7 two-nodes',
    ]);
  });

  it('changes the dependency, and keeps the indentation', () => {
    const manifest = `{\n    "dependencies": {\n        "@nestjs/common": "^11.0.0",\n        "@nestjs/cqrs": "^11.0.0"\n    }\n}\n`;
    expect(migrateManifest('package.json', manifest, '1.2.3')).toEqual({
      text: `{\n    "dependencies": {\n        "@catga/cqrs": "^1.2.3",\n        "@catga/nestjs": "^1.2.3",\n        "@nestjs/common": "^11.0.0"\n    }\n}\n`,
      notes: [expect.objectContaining({ line: 4, code: 'dependency' })],
    });
    expect(migrateManifest('package.json', '{}', '1.2.3')).toBeUndefined();
  });

  describe('in a folder', () => {
    let terminal: TestTerminal;
    let home: string;
    const source = `import { CommandBus } from '@nestjs/cqrs';\n`;
    beforeEach(() => {
      terminal = new TestTerminal();
      home = terminal.folder.path;
      for (const folder of ['src/deep', 'node_modules/x']) mkdirSync(join(home, folder), { recursive: true });
      for (const file of ['src/deep/a.ts', 'node_modules/x/a.ts', 'src/notes.md'])
        writeFileSync(join(home, file), source);
      writeFileSync(join(home, 'package.json'), '{ "dependencies": { "@nestjs/cqrs": "^12.0.0" } }');
    });
    afterEach(() => terminal.folder.remove());
    const read = (file: string): string => readFileSync(join(home, file), 'utf8');

    it('changes its sources and its manifest, and nothing that is installed', async () => {
      await expect(terminal.json('migrate', 'cqrs', home, '--dry-run')).resolves.toHaveLength(2);
      expect(read('src/deep/a.ts')).toBe(source);
      const { exitCode, out, err } = await terminal.run('migrate', 'cqrs', home);
      expect(exitCode).toBe(0);
      expect(out).toContain('src/deep/a.ts:1');
      expect(err).toContain('2 places changed, 0 want a look');
      expect(read('src/deep/a.ts')).toContain('@catga/cqrs');
      expect(read('package.json')).toContain('@catga/cqrs');
      expect([read('node_modules/x/a.ts'), read('src/notes.md')]).toEqual([source, source]);
    });

    it('needs one', async () => {
      await expect(terminal.run('migrate', 'cqrs', join(home, 'nowhere'))).resolves.toMatchObject({
        exitCode: 3,
      });
    });
  });
});
