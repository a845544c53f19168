import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
    [`import * as cqrs from '@nestjs/cqrs';`, `import * as cqrs from '@catga/cqrs';`],
    [`import cqrs = require("@nestjs/cqrs");`, `import cqrs = require("@catga/cqrs");`],
    [
      `export type { IEvent as Event } from '@nestjs/cqrs';`,
      `export type { IEvent as Event } from '@catga/cqrs';`,
    ],
    [`declare module '@nestjs/cqrs' {}`, `declare module '@catga/cqrs' {}`],
    [`let bus: import('@nestjs/cqrs').EventBus;`, `let bus: import('@catga/cqrs').EventBus;`],
    [
      `import {\r\n  EventBus,\r\n} from '@nestjs/cqrs';\r\n`,
      `import {\r\n  EventBus,\r\n} from '@catga/cqrs';\r\n`,
    ],
  ])('changes %s', (before, after) => {
    expect(migrateCqrsSource('a.ts', before)).toMatchObject({ text: after, notes: [{ kind: 'changed' }] });
  });

  it('makes the application of the guide of one of @nestjs/cqrs, and has nothing to say', () => {
    const guide = readFileSync(
      new URL('../../../../docs/guide/coming-from-nestjs-cqrs.md', import.meta.url),
      'utf8',
    );
    const [, application = ''] = /^```ts\n(.*?)^```$/ms.exec(guide) ?? [];
    expect(application).toContain(`from '@catga/cqrs'`);
    const plain = application.replaceAll('@catga/cqrs', '@nestjs/cqrs');
    const migrated = migrateCqrsSource('app.module.ts', plain);
    expect(migrated?.text).toBe(application);
    expect(migrated?.notes.filter(({ kind }) => kind === 'look')).toEqual([]);
  });

  it('leaves alone what is not the module', () => {
    expect(migrateCqrsSource('a.ts', `import { Injectable } from '@nestjs/common';`)).toBeUndefined();
    const other = `import { X } from '@nestjs/cqrs-extra';`;
    expect(migrateCqrsSource('a.ts', other)).toEqual({ text: other, notes: [] });
  });

  it('lists places to review', () => {
    const source = [
      `import { CqrsModule, IEventPublisher, Saga } from '@nestjs/cqrs';`,
      `import { X } from '@nestjs/cqrs/dist/x';`,
      `class Kafka implements OnModuleInit, IEventPublisher {}`,
      `CqrsModule.forRoot({ rethrowUnhandled: true, eventPublisher: new Kafka() })`,
      `@Saga()`,
      `expect(() => bus.execute(new Fail())).toThrow('No handler found for the command');`,
      `CatgaModule.forRoot()`,
      `expect(() =>`,
      `  bus.execute(new Fail()),`,
      `).toThrow();`,
      `await expect(bus.execute(new Fail())).rejects.toThrow();`,
      `this.event$.publisher = this.commandBus.publisher = this;`,
      `commandBus.publisher = queryBus.publisher;`,
      `moduleNameMapper: { '^@nestjs/cqrs$': '<rootDir>/cqrs.ts' }`,
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
      '8 strict-result',
      '12 event-publisher',
      '14 mention',
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

  it('says what else a manifest has, and which one is none', () => {
    const overrides = JSON.stringify({ overrides: { '@nestjs/cqrs': '11.0.0' } });
    expect(migrateManifest('package.json', overrides, '1.2.3')).toEqual({
      text: overrides,
      notes: [expect.objectContaining({ line: 1, kind: 'look', code: 'mention' })],
    });
    for (const text of ['{{ name }} @nestjs/cqrs', '"@nestjs/cqrs"'])
      expect(migrateManifest('package.json', text, '1.2.3')).toEqual({
        text,
        notes: [expect.objectContaining({ kind: 'look', code: 'manifest' })],
      });
  });

  describe('in a folder', () => {
    let terminal: TestTerminal;
    let home: string;
    const source = `import { CommandBus } from '@nestjs/cqrs';\n`;
    const changed = ['src/deep/a.ts', 'src/coverage/claim.mts', 'src/build/page.tsx'];
    const kept = ['node_modules/x/a.ts', 'src/notes.md', 'dist/a.js', 'coverage/a.js', '.cache/a.ts'];
    beforeEach(() => {
      terminal = new TestTerminal();
      home = terminal.folder.path;
      for (const file of [...changed, ...kept]) {
        mkdirSync(join(home, dirname(file)), { recursive: true });
        writeFileSync(join(home, file), source);
      }
      writeFileSync(join(home, 'package.json'), '{ "dependencies": { "@nestjs/cqrs": "^12.0.0" } }');
    });
    afterEach(() => terminal.folder.remove());
    const read = (file: string): string => readFileSync(join(home, file), 'utf8');

    it('changes its sources and its manifest, and nothing that is installed', async () => {
      await expect(terminal.json('migrate', 'cqrs', home, '--dry-run')).resolves.toHaveLength(4);
      expect(read('src/deep/a.ts')).toBe(source);
      const { exitCode, out, err } = await terminal.run('migrate', 'cqrs', home);
      expect(exitCode).toBe(0);
      expect(out).toContain('src/deep/a.ts:1');
      expect(err).toContain('4 places changed, 0 to review');
      for (const file of [...changed, 'package.json']) expect(read(file)).toContain('@catga/cqrs');
      for (const file of kept) expect(read(file)).toBe(source);
    });

    it('goes on after a manifest that is none', async () => {
      writeFileSync(join(home, 'package.json'), '{{ name }} @nestjs/cqrs');
      const { exitCode, err } = await terminal.run('migrate', 'cqrs', home);
      expect([exitCode, err]).toEqual([0, expect.stringContaining('3 places changed, 1 to review')]);
    });

    it('needs one', async () => {
      await expect(terminal.run('migrate', 'cqrs', join(home, 'nowhere'))).resolves.toMatchObject({
        exitCode: 3,
      });
    });
  });
});
