import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const HOST = '127.0.0.1';

/** A way to a server that a test can block: what goes through it waits, or is torn down. */
export class TcpProxy {
  /** Each end of a connection, and the other one, which takes what it says. */
  private readonly sockets = new Map<Socket, Socket>();
  private isOpen = true;
  private isStalled = false;
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
    for (const socket of this.sockets.keys()) socket.destroy();
  }

  /** Lets nothing through; connections stay, and what is said waits. */
  stall(): void {
    this.isStalled = true;
    for (const [from, to] of this.sockets) {
      from.unpipe(to);
      from.pause();
    }
  }

  /** Lets through what waited, and all that comes. */
  resume(): void {
    this.isStalled = false;
    for (const [from, to] of this.sockets) from.pipe(to);
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
      this.sockets.set(from, to);
      from.on('error', () => {}); // 'close' follows
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (!this.isStalled) from.pipe(to);
    }
  }
}
