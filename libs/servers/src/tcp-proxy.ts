import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { LOOPBACK as HOST } from './free-port.js';

/** A way to a server that a test can block: what goes through it waits, or is torn down. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isOpen = true;
  /** How many connections were turned away. */
  refused = 0;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(createServer(), targetPort);
    proxy.server.listen(0, HOST);
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `nats://${HOST}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Tears every connection down, and takes no new ones until it is opened again. */
  cut(): void {
    this.isOpen = false;
    for (const socket of this.sockets) socket.destroy();
  }

  open(): void {
    this.isOpen = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    if (!this.isOpen) {
      this.refused++;
      client.destroy();
      return;
    }
    const upstream = connect(this.targetPort, HOST);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      this.sockets.add(from);
      from.on('error', () => {}); // 'close' follows
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
