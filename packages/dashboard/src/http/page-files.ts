import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the built page. */
export const PAGE_FOLDER: unique symbol = Symbol('CATGA_DASHBOARD_PAGE_FOLDER');

/** Served files, with their content types. */
const TYPES: Readonly<Record<string, string>> = {
  'app.js': 'text/javascript; charset=utf-8',
  'app.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export interface PageFile {
  readonly type: string;
  readonly content: string;
}

/** Built files of the page. */
@Injectable()
export class PageFiles {
  private readonly files = new Map<string, Promise<PageFile>>();

  constructor(@Inject(PAGE_FOLDER) private readonly folder: string) {}

  /** Reads a file. 404 for an unknown name. */
  async get(name: string): Promise<PageFile> {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (type === undefined) throw new NotFoundException();
    let file = this.files.get(name);
    if (file === undefined) {
      file = readFile(join(this.folder, name), 'utf8').then((content) => ({ type, content }));
      this.files.set(name, file);
    }
    return file;
  }

  /**
   * The HTML document. Its URLs are relative, because a proxy may strip a path prefix.
   *
   * @param base path from the document to its folder: `catga/` or empty
   */
  document(base: string): string {
    return `<!doctype html>
<html lang="en" data-base="${base}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Catga</title>
    <link rel="icon" href="${base}assets/icon.svg">
    <link rel="stylesheet" href="${base}assets/app.css">
    <script type="module" src="${base}assets/app.js"></script>
  </head>
  <body><div id="app"></div></body>
</html>
`;
  }
}
