import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { LOOPBACK as HOST } from './free-port.js';

/** Direction of data: `up` is from the client to the server. */
export type Direction = 'up' | 'down';

/** One direction of a connection. */
interface Flow {
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  /** Number of bytes still to pass, if limited. */
  bytesLeft?: number;
}

const BOTH: readonly Direction[] = ['up', 'down'];

/** TCP proxy that can stall or cut connections to a server. */
export class TcpProxy {
  /** Number of refused connections. */
  refused = 0;
  private readonly flows = new Set<Flow>();
  private readonly stalled = new Set<Direction>();
  private isOpen = true;

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

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `nats://${HOST}:${this.port}`;
  }

  /** Closes every connection, and refuses new ones until it is opened again. */
  cut(): void {
    this.isOpen = false;
    for (const { from } of this.flows) from.destroy();
  }

  open(): void {
    this.isOpen = true;
  }

  /** Closes each existing connection after so many more bytes from the server, in the middle of an answer. */
  cutAfter(bytes: number): void {
    for (const flow of this.flows) {
      const { direction, from, to } = flow;
      if (direction !== 'down') continue;
      const isLimited = flow.bytesLeft !== undefined;
      flow.bytesLeft = Math.min(bytes, flow.bytesLeft ?? bytes);
      if (isLimited) continue;
      from.unpipe(to);
      from.on('data', (chunk: Buffer) => {
        const left = flow.bytesLeft ?? 0;
        if (left > 0) to.write(chunk.subarray(0, left));
        flow.bytesLeft = left - chunk.byteLength;
        if (flow.bytesLeft <= 0) to.destroySoon();
      });
      if (!this.stalled.has('down')) from.resume();
    }
  }

  /** Stops data in one or both directions; connections stay open, and data waits. */
  stall(directions: readonly Direction[] = BOTH): void {
    for (const direction of directions) this.stalled.add(direction);
    for (const { direction, from, to } of this.flows) {
      if (!this.stalled.has(direction)) continue;
      from.unpipe(to);
      from.pause();
    }
  }

  /** Lets waiting and new data pass again. */
  resume(): void {
    for (const { direction, from, to } of this.flows) if (this.stalled.has(direction)) from.pipe(to);
    this.stalled.clear();
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
    this.join({ direction: 'up', from: client, to: upstream });
    this.join({ direction: 'down', from: upstream, to: client });
  }

  private join(flow: Flow): void {
    const { direction, from, to } = flow;
    this.flows.add(flow);
    from.on('error', () => {}); // 'close' follows
    from.on('close', () => {
      this.flows.delete(flow);
      to.destroy();
    });
    if (!this.stalled.has(direction)) from.pipe(to);
  }
}
