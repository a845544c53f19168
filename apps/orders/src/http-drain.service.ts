import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server, ServerResponse } from 'node:http';

/** Maximum wait for running requests. */
const DRAIN_TIMEOUT_MS = 10_000;

/**
 * Finishes HTTP requests before the rest of the application stops, and closes idle connections. Provided by the root module, whose
 * `onModuleDestroy` is called first.
 */
@Injectable()
export class HttpDrain implements OnModuleInit, OnModuleDestroy {
  private readonly unanswered = new Set<ServerResponse>();
  private onAnswered = (): void => {};

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    this.server.prependListener('request', (_request, response) => {
      this.unanswered.add(response);
      if (!this.server.listening) endConnectionAfter(response);
      response.once('close', () => {
        this.unanswered.delete(response);
        this.onAnswered();
      });
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.server.close();
    for (const response of this.unanswered) endConnectionAfter(response);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_TIMEOUT_MS);
      this.onAnswered = () => {
        if (this.unanswered.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      this.onAnswered();
    });
    this.server.closeAllConnections();
  }

  private get server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }
}

/** Closes the connection after the response. */
function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
