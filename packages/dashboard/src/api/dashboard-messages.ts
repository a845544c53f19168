import { Injectable, NotFoundException, UnprocessableEntityException } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AdminClient, jsonSchemaOf } from '@catga/core/admin';
import { CatgaMediator, CatgaNode, CatgaSubscriptions } from '@catga/nestjs';
import { jsonOf } from './json-of.js';
import { pageOf } from './page-of.js';
import { Redactor } from './redactor.js';
import type { SendRequest } from './requests.js';
import type { MessageAction, MessageView, PageView, SentView } from './views.js';

/** Timeout of a reply, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Lists the messages of the cluster, and sends them. */
@Injectable()
export class DashboardMessages {
  private readonly admin: AdminClient;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly mediator: CatgaMediator,
    private readonly subscriptions: CatgaSubscriptions,
    private readonly redactor: Redactor,
  ) {
    this.admin = new AdminClient(mediator);
  }

  /** Messages that have handlers. */
  async list(page: {
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<PageView<MessageView>> {
    const known = Array.from(await this.known(), ([name, actions]) => ({
      name,
      actions: [...actions].sort(),
    }));
    const { items, ...next } = pageOf(known, ({ name }) => name, page);
    return { items: items.map((message) => ({ ...message, ...this.schemaOf(message.name) })), ...next };
  }

  /** Sends a message. 404 if it has no handler, 422 with the redacted error text if it fails. */
  async send({ action, name, content, ...options }: SendRequest): Promise<SentView> {
    if ((await this.known()).get(name)?.has(action) !== true)
      throw new NotFoundException('The message has no handler (any more).');
    try {
      switch (action) {
        case 'send':
          return { result: jsonOf(await this.request(name, content, options.messageId)) };
        case 'enqueue': {
          const command = await this.named.make({ name, kind: 'command', qos: 1 }, content);
          const { messageId } = await this.mediator.enqueue(command, given(options));
          return { messageId };
        }
        case 'publish': {
          const { delayMs: _delay, ...said } = options;
          const isReliable = await this.isReliable(name);
          const event = await this.named.make({ name, kind: 'event', qos: isReliable ? 1 : 0 }, content);
          await this.mediator.publish(event, given(said));
          return {};
        }
      }
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      throw new UnprocessableEntityException(this.redactor.error(error, name).message, { cause: error });
    }
  }

  private async request(name: string, content: object, messageId: string | undefined): Promise<unknown> {
    const node = this.mediator.nodes().find(({ handles }) => handles.includes(name));
    const described = node && (await this.admin.describe(node.nodeId));
    const { kind = 'command', qos = 1 } = described?.requests.find((one) => one.name === name) ?? {};
    const request =
      kind === 'query'
        ? await this.named.make({ name, kind, qos }, content)
        : await this.named.make({ name, kind, qos }, content);
    const result = await this.mediator.send(request, { timeoutMs: TIMEOUT_MS, ...given({ messageId }) });
    return this.redactor.result(result, name);
  }

  private async known(): Promise<ReadonlyMap<string, ReadonlySet<MessageAction>>> {
    const known = new Map<string, Set<MessageAction>>();
    const add = (name: string, action: MessageAction): void =>
      void known.set(name, (known.get(name) ?? new Set()).add(action));
    for (const { handles, subscribes, subscribesAsNode } of this.mediator.nodes()) {
      for (const name of handles) add(name, 'send');
      for (const name of [...subscribes, ...subscribesAsNode]) add(name, 'publish');
    }
    for (const { kind, names } of await this.subscriptions.list())
      for (const name of names) add(name, kind === 'event' ? 'publish' : 'enqueue');
    return known;
  }

  private async isReliable(name: string): Promise<boolean> {
    const all = await this.subscriptions.list();
    return all.some(({ kind, names }) => kind === 'event' && names.includes(name));
  }

  private schemaOf(name: string): Pick<MessageView, 'schema'> {
    const standard = this.named.schemaOf(name);
    const converted = standard && jsonSchemaOf(standard);
    return converted !== undefined && 'schema' in converted ? { schema: jsonOf(converted.schema) } : {};
  }

  private get named(): CatgaNode['named'] {
    // CatgaModule does not export its node.
    return this.moduleRef.get(CatgaNode, { strict: false }).named;
  }
}

/** Removes undefined properties. */
function given<T extends object>(options: T): { readonly [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [K in keyof T]: NonNullable<T[K]> };
}
