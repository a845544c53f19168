// Holds documents of `catga describe`, and those that an application serves, to the official parser of AsyncAPI: it finds neither an error nor a warning in them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Parser } from '@asyncapi/parser';
import { CatgaNode, Command, Message } from '@catga/core';
import { asyncApiOf } from '@catga/core/admin';
import { CatgaAsyncApiModule } from '@catga/nestjs/asyncapi';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import orders from '../../apps/orders/dist/contracts.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The example application, as the command line describes it. */
function ordersDocument() {
  const args = ['packages/cli/dist/main.js', 'describe', 'apps/orders/dist/contracts.js'];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

/** The same, running, as YAML. */
async function servedDocument() {
  class Served {}
  const imports = [orders(), CatgaAsyncApiModule.forRoot({ version: '1.0.0' })];
  const app = await NestFactory.create({ module: Served, imports }, { logger: false });
  await app.listen(0, '127.0.0.1');
  try {
    return await (await fetch(`${await app.getUrl()}/asyncapi.yaml`)).text();
  } finally {
    await app.close();
  }
}

/** Names that are no keys, and a schema within itself. */
function strangeDocument() {
  const category = z.object({
    name: z.string().regex(/^[\w/~%]+$/),
    at: z.date(),
    get within() {
      return z.array(category);
    },
  });
  const node = new CatgaNode({ service: 'strange' });
  for (const [index, name] of ['a/b', 'a~b', 'a_b', 'ü #1'].entries()) {
    class Strange extends Command {}
    Message({ name, schema: category, key: 'name', timeoutMs: 100 })(Strange);
    node.handleRequest(Strange, () => {}, { name: `handler ${index}` });
  }
  return JSON.stringify(asyncApiOf(node.contracts(), { version: '1.0.0' }));
}

const LEVELS = ['error', 'warning', 'info', 'hint'];

const parser = new Parser();
for (const [name, text] of [
  ['orders', ordersDocument()],
  ['orders, served as YAML', await servedDocument()],
  ['strange names', strangeDocument()],
]) {
  const { document, diagnostics } = await parser.parse(text);
  const levels = diagnostics.map(({ severity }) => LEVELS[severity]);
  for (const [index, { code, message, path }] of diagnostics.entries())
    console.log(`${name}: ${levels[index]} ${code} ${path.join('.')}: ${message}`);
  if (document === undefined || levels.includes('error') || levels.includes('warning')) {
    process.exitCode = 1;
    continue;
  }
  const [channels, operations] = [document.channels().all().length, document.operations().all().length];
  console.log(`${name}: ${channels} channels, ${operations} operations`);
}
