import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsServer } from '@catga/servers';

/** Where nodes of any namespace listen. */
const NODE_SUBJECTS = '*.node.>';
const ACKNOWLEDGEMENTS = '$JS.ACK.>';
/** Who the nodes are to the server; whoever comes without a name is its operator. */
const NODES = { user: 'nodes', password: 'nodes' } as const;

/** The permissions of nodes on a server of their own: a file that it reads again when it is told to. */
export class NatsPermissions {
  private readonly folder = mkdtempSync(join(tmpdir(), 'catga-chaos-permissions-'));
  private server: NatsServer | undefined;

  /** What nodes say of themselves in an address. */
  readonly login = `${NODES.user}:${NODES.password}@`;

  async spawn(): Promise<NatsServer> {
    this.write(true);
    this.server = await NatsServer.spawn(['-c', this.file], { hasJetStream: false });
    return this.server;
  }

  permit(isEverything: boolean): void {
    const pid = this.server?.pid;
    if (pid === undefined) throw new Error('The server does not run.');
    this.write(isEverything);
    process.kill(pid, 'SIGHUP');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.folder, 'nats.conf');
  }

  private write(isEverything: boolean): void {
    const [toPublish, toSubscribe] = isEverything
      ? [[], []]
      : [[NODE_SUBJECTS, ACKNOWLEDGEMENTS], [NODE_SUBJECTS]];
    const permissions = {
      publish: { allow: ['>'], deny: toPublish },
      subscribe: { allow: ['>'], deny: toSubscribe },
    };
    const operator = { user: 'operator', password: 'operator' };
    const settings = {
      // A server that has JetStream by its command line only is silent about it once it has read its file again.
      jetstream: { store_dir: this.folder },
      authorization: { users: [{ ...NODES, permissions }, operator] },
      no_auth_user: operator.user,
    };
    writeFileSync(this.file, JSON.stringify(settings));
  }
}
