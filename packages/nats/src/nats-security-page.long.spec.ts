import { readFileSync } from 'node:fs';
import { describeGrants } from '@catga/compliance';
import { NatsServer, TemporaryFolder } from '@catga/servers';
import { nats } from './nats-engine.js';

const page = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8');
const permissions = /```text\n(authorization \{[^]*?)```/.exec(page)?.[1] ?? '';

describeGrants('permissions', async () => {
  const folder = new TemporaryFolder();
  const server = await NatsServer.spawn(['-c', folder.write('nats.conf', permissions)]);
  const servers = server.url.replace('nats://', 'nats://shop:secret@');
  return {
    engine: () => nats({ servers, inboxPrefix: '_INBOX_shop' }),
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
});
