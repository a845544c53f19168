import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import type {
  CanActivate,
  DynamicModule,
  ExecutionContext,
  INestApplication,
  LoggerService,
  Type,
} from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import fastifyHelmet from '@fastify/helmet';
import helmet from 'helmet';
import { z } from 'zod';
import {
  CatgaDeadLetters,
  CatgaMediator,
  CatgaModule,
  Command,
  EventHandler,
  Message,
  ReliableEvent,
  RequestHandler,
} from '@catga/nestjs';
import type { DeadLetter, Engine, IEventHandler, IRequestHandler } from '@catga/nestjs';
import { CatgaDashboardModule } from './index.js';
import type { CatgaDashboardOptions } from './index.js';
import { PAGE_FOLDER } from './http/page-files.js';

@ReliableEvent()
@Message({ name: 'orders.placed.v1' })
export class Placed {
  constructor(
    readonly order: string,
    readonly card = '4111',
  ) {}
}

@Message({ name: 'orders.place.v1', schema: z.object({ order: z.string().min(1) }) })
export class Place extends Command<{ readonly placed: string; readonly card: string }> {
  constructor(readonly order: string) {
    super();
  }
}

/** Refuses orders that begin with `bad`. */
@EventHandler(Placed, { name: 'ship', maxAttempts: 1 })
export class Ship implements IEventHandler<Placed> {
  readonly shipped: string[] = [];

  async handle({ order }: Placed): Promise<void> {
    if (order.startsWith('bad')) throw new RangeError(`no box for <img src=x onerror=alert(1)> ${order}`);
    this.shipped.push(order);
  }
}

@RequestHandler(Place)
class PlaceHandler implements IRequestHandler<Place> {
  readonly placed: string[] = [];

  async handle({ order }: Place) {
    if (order === 'bad') throw new RangeError('no shelf for card 4111');
    this.placed.push(order);
    return { placed: order, card: '4111' };
  }
}

/** Lets those in that say so. */
export class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    return headers['admin'] === 'yes';
  }
}

/** Keeps the lines of the log. */
export class LogLines implements LoggerService {
  readonly lines: string[] = [];
  log(line: unknown): void {
    this.lines.push(String(line));
  }
  warn(line: unknown): void {
    this.lines.push(String(line));
  }
  error(line: unknown): void {
    this.lines.push(String(line));
  }
}

/** A reply, with its body read as JSON if it is. */
export interface Reply<T = Readonly<Record<string, unknown>>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: T;
}

export type Platform = 'express' | 'fastify';

export interface ServeOptions {
  readonly prefix?: string;
  readonly host?: string;
  readonly engine?: Engine | undefined;
  /** Without one, each application on a broker begins anew. */
  readonly namespace?: string;
  /** Beside those of the shop and the dashboard. */
  readonly imports?: readonly DynamicModule[];
  readonly providers?: readonly Type<object>[];
}

const ACTION = { 'content-type': 'application/json', 'x-catga-dashboard': '1' };

/** An application with a shop and the dashboard. */
export class DashboardApp {
  private constructor(
    readonly app: INestApplication,
    readonly log: LogLines,
    readonly port: number,
  ) {}

  static async serve(
    options: CatgaDashboardOptions = {},
    platform: Platform = 'express',
    {
      prefix,
      host = '127.0.0.1',
      engine,
      namespace = `d${randomUUID()}`,
      imports = [],
      providers = [],
    }: ServeOptions = {},
  ): Promise<DashboardApp> {
    const log = new LogLines();
    const module = await Test.createTestingModule({
      imports: [
        CatgaModule.forRoot({
          service: 'shop',
          nodeId: 'shop-1',
          ...(engine && { engine, namespace }),
          propagatedHeaders: ['traceparent', 'tenant'],
        }),
        CatgaDashboardModule.forRoot(options),
        ...imports,
      ],
      providers: [Ship, PlaceHandler, ...providers],
    })
      .setLogger(log)
      .overrideProvider(PAGE_FOLDER)
      .useValue(fileURLToPath(new URL('../assets', import.meta.url)))
      .compile();
    const app =
      platform === 'fastify'
        ? module.createNestApplication<NestFastifyApplication>(new FastifyAdapter())
        : module.createNestApplication();
    if (platform === 'fastify') await (app as NestFastifyApplication).register(fastifyHelmet);
    else app.use(helmet());
    if (prefix !== undefined) app.setGlobalPrefix(prefix);
    await app.listen(0, host);
    return new DashboardApp(app, log, (app.getHttpServer().address() as AddressInfo).port);
  }

  /** Paths of the dashboard's routes, by method. */
  get routes(): { readonly GET: readonly string[]; readonly POST: readonly string[] } {
    const modules = [...this.app.get(ModulesContainer).values()];
    const controllers = modules
      .filter(({ metatype }) => metatype === CatgaDashboardModule)
      .flatMap((module) => [...module.controllers.values()])
      .map(({ metatype }) => metatype as Type<object>);
    const routes = controllers.flatMap((controller) => {
      const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
      const handlers = new MetadataScanner().getAllMethodNames(controller.prototype as object);
      return handlers.flatMap((handler) => {
        const method = (controller.prototype as Record<string, object>)[handler]!;
        const path = Reflect.getMetadata(PATH_METADATA, method) as string | undefined;
        const kind = Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod;
        return path === undefined ? [] : [{ path: `/${base}/${path}`.replace(/\/+$/, ''), kind }];
      });
    });
    const of = (wanted: RequestMethod) =>
      routes.flatMap(({ path, kind }) => (kind === wanted ? [path] : [])).toSorted();
    expect(of(RequestMethod.GET).length + of(RequestMethod.POST).length).toBe(routes.length);
    return { GET: of(RequestMethod.GET), POST: of(RequestMethod.POST) };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get shipped(): readonly string[] {
    return this.app.get(Ship).shipped;
  }

  get placed(): readonly string[] {
    return this.app.get(PlaceHandler).placed;
  }

  get letters(): CatgaDeadLetters {
    return this.app.get(CatgaDeadLetters);
  }

  async stored(): Promise<readonly DeadLetter[]> {
    return (await this.letters.list({}, { limit: 1000 })).items;
  }

  /** Publishes orders that fail, and resolves with the ids of their letters. */
  async fail(...orders: string[]): Promise<readonly string[]> {
    const before = (await this.stored()).length;
    const options = {
      headers: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`, tenant: 'blue' },
      key: 'one after the other', // Then their letters have the same order.
    };
    for (const order of orders) await this.app.get(CatgaMediator).publish(new Placed(order), options);
    await until(async () => (await this.stored()).length === before + orders.length);
    return (await this.stored()).slice(before).map(({ id }) => id);
  }

  get<T = Reply['json']>(path: string, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return this.request('GET', path, headers);
  }

  /** As the page does it. */
  post<T = Reply['json']>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    return this.request('POST', path, { ...ACTION, ...headers }, JSON.stringify(body));
  }

  /** By Node's own client: `fetch` sets headers of browsers itself. */
  request<T = Reply['json']>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Reply<T>> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(this.url + path, { method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject).on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json') === true;
          const json = (isJson ? JSON.parse(text) : {}) as T;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      });
      request.on('error', reject).end(body);
    });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => void setTimeout(resolve, 5));
}
