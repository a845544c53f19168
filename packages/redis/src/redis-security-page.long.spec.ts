import { readFileSync } from 'node:fs';
import { describeGrants } from '@catga/compliance';
import { RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';

const page = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8');
const acl = /```text\n(ACL SETUSER [^]*?)```/.exec(page)?.[1] ?? '';

describeGrants('ACL rules', async () => {
  const server = await RedisServer.spawn();
  const admin = new Redis(server.url);
  const [command = '', ...words] = acl.trim().split(/\s+/);
  await admin.call(command, ...words);
  admin.disconnect();
  const url = server.url.replace('redis://', 'redis://shop:secret@');
  return { engine: () => redis({ url }), stop: () => server.stop() };
});
