import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Registry } from 'prom-client';

/** Serves the metrics of a process at `/metrics`, on a port of their own: most nodes serve no HTTP otherwise. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server: Server;

  constructor(
    registry: Registry,
    private readonly port: number,
    private readonly host: string,
  ) {
    this.server = createServer((request, response) => {
      if (request.url !== '/metrics') {
        response.writeHead(404).end();
        return;
      }
      void registry.metrics().then(
        (text) => response.setHeader('content-type', registry.contentType).end(text),
        (thrown: unknown) => response.writeHead(500).end(String(thrown)),
      );
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.port, this.host, resolve);
    });
  }

  /** Served while the node drains. */
  beforeApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
