import { TcpProxy } from '@catga/servers';
import type { Direction } from '@catga/servers';

/** A node's way to the broker: a proxy to each of its servers. */
export class BrokerLink {
  private constructor(private readonly proxies: readonly TcpProxy[]) {}

  static async to(ports: readonly number[]): Promise<BrokerLink> {
    return new BrokerLink(await Promise.all(ports.map((port) => TcpProxy.to(port))));
  }

  get ports(): readonly number[] {
    return this.proxies.map(({ port }) => port);
  }

  /** Tears every connection down, and lets none in until it is opened again. */
  cut(): void {
    for (const proxy of this.proxies) proxy.cut();
  }

  open(): void {
    for (const proxy of this.proxies) proxy.open();
  }

  /** Lets nothing through, one way or both; connections stay. */
  stall(directions?: readonly Direction[]): void {
    for (const proxy of this.proxies) proxy.stall(directions);
  }

  resume(): void {
    for (const proxy of this.proxies) proxy.resume();
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
