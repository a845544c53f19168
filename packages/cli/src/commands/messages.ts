import { Option } from 'commander';
import type { Command } from 'commander';
import type { NodeInfo } from '@catga/core';
import type { Cli } from '../cli.js';
import type { Session } from '../connection/session.js';
import { CliError, EXIT, notFound } from '../exit-codes.js';
import { messageOf } from '../message-of.js';
import { header, jsonObject, wholeNumber } from './arguments.js';

interface MessageOptions {
  readonly messageId?: string;
  readonly key?: string;
  readonly header?: Readonly<Record<string, string>>;
}

interface SendOptions extends MessageOptions {
  readonly node?: string;
  readonly timeout: number;
  readonly kind?: 'command' | 'query';
}

interface EnqueueOptions extends MessageOptions {
  readonly delay?: number;
  readonly wait?: boolean;
  readonly timeout: number;
}

interface PublishOptions extends MessageOptions {
  readonly reliable?: boolean;
}

const LONGEST_MS = 24 * 60 * 60 * 1000;
const LONGEST_DELAY_MS = 366 * LONGEST_MS;

/** `catga send`, `publish` and `enqueue`: send messages by wire name, with JSON content. */
export function addMessages(program: Command, cli: Cli): void {
  withOptions(
    program.command('send <name> <json>').description('sends a command or a query, and prints the result'),
  )
    .option('--node <id>', 'send to this node')
    .option('--timeout <ms>', 'how long to wait', wholeNumber(1, LONGEST_MS), 30_000)
    .addOption(
      new Option('--kind <kind>', 'kind of message, if nodes do not report it').choices(['command', 'query']),
    )
    .action((name: string, json: string, options: SendOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        session.requireSerializer();
        const content = jsonObject(json);
        const request = messageOf(await shapeOf(session, name, options), content);
        const { mediator } = session.node;
        const said = { ...saidIn(options), timeoutMs: options.timeout, signal: session.signal };
        const result =
          options.node === undefined
            ? await mediator.send(request, said)
            : await mediator.sendToNode(options.node, request, said);
        output.json(result ?? null);
      }),
    );

  withOptions(program.command('publish <name> <json>').description('publishes an event'))
    .option('--reliable', 'stores the event even without a subscription')
    .action((name: string, json: string, options: PublishOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        session.requireSerializer();
        const content = jsonObject(json);
        const isReliable = options.reliable === true || (await isSubscribedTo(session, name));
        const isWanted = session.node.mediator
          .nodes()
          .some(({ subscribes, subscribesAsNode }) => [...subscribes, ...subscribesAsNode].includes(name));
        if (!isReliable && !isWanted)
          throw notFound(`Nobody subscribes to '${name}'. Pass --reliable to store it anyway.`);
        const event = messageOf({ name, kind: 'event', qos: isReliable ? 1 : 0 }, content);
        await session.node.mediator.publish(event, saidIn(options));
        output.done(`'${name}' is ${isReliable ? 'stored' : 'published'}.`, { name, isReliable });
      }),
    );

  withOptions(program.command('enqueue <name> <json>').description('queues a command'))
    .option('--delay <ms>', 'not before', wholeNumber(0, LONGEST_DELAY_MS))
    .option('--wait', 'waits for the outcome, and prints it')
    .option('--timeout <ms>', 'how long to wait', wholeNumber(1, LONGEST_MS), 30_000)
    .action((name: string, json: string, options: EnqueueOptions, command: Command) =>
      cli.connected(command, async ({ session, output }) => {
        session.requireSerializer();
        const queued = messageOf({ name, kind: 'command', qos: 1 }, jsonObject(json));
        const { delay, wait = false, timeout } = options;
        const receipt = await session.node.mediator.enqueue(queued, {
          ...saidIn(options),
          ...(delay !== undefined && { delayMs: delay }),
          keepOutcome: wait,
        });
        const { messageId, duplicate } = receipt;
        if (!wait)
          return output.done(`'${name}' is queued as ${messageId}${duplicate ? ' (duplicate)' : ''}.`, {
            name,
            messageId,
            duplicate,
          });
        const outcome = await receipt.outcome({ timeoutMs: timeout, signal: session.signal });
        if (!outcome.ok) throw new CliError(EXIT.failed, outcome.error.message);
        output.json(outcome.value ?? null);
      }),
    );
}

function withOptions(command: Command): Command {
  return command
    .option('--message-id <id>', 'message id, which makes the message idempotent')
    .option('--key <key>', 'ordering key')
    .option('--header <name=value>', 'a header; repeatable', header);
}

function saidIn({ messageId, key, header: headers }: MessageOptions) {
  return {
    ...(messageId !== undefined && { messageId }),
    ...(key !== undefined && { key }),
    ...(headers !== undefined && { headers }),
  };
}

/** Kind and options of a request, as reported by a node that handles it. */
async function shapeOf(session: Session, name: string, { kind, node }: SendOptions) {
  const handling = session.node.mediator
    .nodes()
    .filter(({ handles, nodeId }: NodeInfo) => handles.includes(name) && (node ?? nodeId) === nodeId);
  const [first] = handling;
  if (first === undefined) throw notFound(`No ${node ?? 'present node'} handles '${name}'.`);
  if (kind !== undefined) return { name, kind, qos: kind === 'command' ? 1 : 0 } as const;
  const { requests } = await session.admin.describe(first.nodeId).catch(() => {
    throw new CliError(
      EXIT.failed,
      `Node '${first.nodeId}' does not report the kind of '${name}': pass --kind.`,
    );
  });
  const found = requests.find((request) => request.name === name);
  if (found === undefined) throw notFound(`Node '${first.nodeId}' no longer handles '${name}'.`);
  return { name, kind: found.kind, qos: found.qos };
}

async function isSubscribedTo({ node }: Session, name: string): Promise<boolean> {
  const all = await node.subscriptions.list();
  return all.some(({ kind, names }) => kind === 'event' && names.includes(name));
}
