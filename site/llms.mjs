// llms.txt (https://llmstxt.org): what the site has, for programs that read. The pages are there as Markdown, too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const sections = [
  ['Guide', /^guide\//],
  ['Recipes', /^recipes\//],
  ['Compared', /^comparisons\//],
  ['Reference', /^reference\//],
  ['Packages', /^(packages|apps)\//],
  ['Optional', /^(internals\/|adr\/|security|contributing|zh\/)/],
];

const INTRODUCTION = `# Catga for NestJS

> A distributed CQRS mediator for NestJS. Commands and queries have one handler and a typed result, events have any number of
> handlers, and each message class declares its delivery guarantee (QoS 0, 1 or 2). One process on a memory engine, or several
> nodes over NATS or Redis; handlers and callers do not change.

Applications import from @catga/nestjs. Nest 11 and 12, Node 20.19 or newer.
`;

/** The first heading and the first sentence of a page. */
function summaryOf(text) {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? '';
  const prose = text
    .replace(/^---[\s\S]*?\n---\n/, '')
    .split(/\n{2,}/)
    .find((part) => /^[\p{L}`*[]/u.test(part));
  const plain = (prose ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ');
  return { title, sentence: /^.*?[.:。](?=\s|$)/.exec(plain)?.[0] ?? '' };
}

/** @param base of the links: where the site is served, `/` or `/catga/` */
export function llms(folder, pages, base = '/') {
  const parts = sections.map(([name, belongs]) => {
    const lines = pages
      .filter((page) => belongs.test(page))
      .sort()
      .map((page) => {
        const { title, sentence } = summaryOf(readFileSync(join(folder, page), 'utf8'));
        return `- [${title}](${base}${page})${sentence ? `: ${sentence}` : ''}`;
      });
    return `## ${name}\n\n${lines.join('\n')}\n`;
  });
  return [INTRODUCTION, ...parts].join('\n');
}
