import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../src/app.module.js';
import { readSettings } from '../src/settings/settings.js';
import type { Settings } from '../src/settings/settings.js';

/** An answer over HTTP. What the body holds is for the test to say. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}

/** The application as users reach it: over HTTP, on a free port of the loopback interface. */
export class OrdersApp {
  private constructor(
    readonly nest: INestApplication,
    private readonly url: string,
  ) {}

  static async start(settings: Partial<Settings> = {}): Promise<OrdersApp> {
    Logger.overrideLogger(false);
    const all = { ...readSettings({}), retryDelayMs: 5, ...settings };
    const nest = await NestFactory.create(AppModule.with(all), { abortOnError: false });
    nest.enableShutdownHooks();
    await nest.listen(0, '127.0.0.1');
    return new OrdersApp(nest, await nest.getUrl());
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.call('GET', path);
  }

  post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    if (body === undefined) return this.call('POST', path, undefined, headers);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.call('POST', path, text, { 'content-type': 'application/json', ...headers });
  }

  stop(): Promise<void> {
    return this.nest.close();
  }

  private async call<T>(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, { method, headers, body });
    return { status: response.status, body: (await response.json()) as T };
  }
}
