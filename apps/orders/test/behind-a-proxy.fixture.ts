import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often a process is asked for its health. */
const CHECK_EVERY_MS = 500;
/** That many failed checks in a row take it out: it is noticed after two seconds at the latest. */
const FAILURES = 3;

interface Upstream {
  readonly url: string;
  failures: number;
}

/** A load balancer: requests in turn to each process whose health checks do not fail. */
export class Proxy {
  private readonly upstreams: readonly Upstream[];
  private readonly agent = new Agent({ keepAlive: false });
  private readonly server = createServer((inbound, outbound) => this.forward(inbound, outbound));
  private readonly checks: NodeJS.Timeout;
  private turn = 0;

  private constructor(urls: readonly string[]) {
    this.upstreams = urls.map((url) => ({ url, failures: 0 }));
    this.checks = setInterval(() => void this.check(), CHECK_EVERY_MS);
  }

  static async before(...urls: readonly string[]): Promise<Proxy> {
    const proxy = new Proxy(urls);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** URLs of the processes that get requests. */
  get serving(): readonly string[] {
    return this.upstreams.filter(({ failures }) => failures < FAILURES).map(({ url }) => url);
  }

  close(): void {
    clearInterval(this.checks);
    this.server.close();
    this.server.closeAllConnections();
  }

  private async check(): Promise<void> {
    for (const upstream of this.upstreams) {
      const isHealthy = await fetch(`${upstream.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      upstream.failures = isHealthy ? 0 : upstream.failures + 1;
    }
  }

  private forward(inbound: IncomingMessage, outbound: ServerResponse): void {
    const { serving } = this;
    const target = serving[this.turn++ % serving.length];
    const { method, headers, url = '' } = inbound;
    const forwarded = request(`${target}${url}`, { agent: this.agent, method, headers }, (answer) => {
      outbound.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outbound);
    });
    forwarded.once('error', (error) => outbound.writeHead(502).end(error.message));
    inbound.pipe(forwarded);
  }
}
