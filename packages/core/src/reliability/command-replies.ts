import type { CatgaResult } from '../contracts/result.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { joinedKey } from '../ids/joined-key.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { Codec } from '../wire/codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';
import type { FrameBody } from '../wire/frame-records.js';
import { replyAddressOf } from './reply-to.js';
import type { CommandReply, ReplyAddress } from './reply-to.js';
import type { UntilTaken } from './until-taken.js';

/** How a command ended. */
export type CommandEnd =
  | Extract<CatgaResult<unknown>, { readonly ok: true }>
  | { readonly ok: false; readonly error: Error; readonly isRefusal: boolean };

/** The node that replies. */
export interface ReplyingNode {
  readonly nodeId: string;
  readonly clock: { now(): number };
}

/** Sends outcomes of queued commands to those who asked for them: each is stored until the engine takes it. */
export class CommandReplies {
  constructor(
    private readonly log: () => Pick<DurableLog, 'append'>,
    private readonly codec: Codec,
    private readonly errors: ErrorCodec,
    private readonly writes: UntilTaken,
    private readonly node: ReplyingNode,
  ) {}

  /** No effect for a command that nobody asked about. */
  async send(command: LogMessage, end: CommandEnd): Promise<void> {
    const address = replyAddressOf(command.headers);
    if (address === undefined) return;
    try {
      await this.append(command, address, end);
    } catch (thrown) {
      // Too large for the engine: that error is the outcome, because the effect has happened.
      if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_PAYLOAD_TOO_LARGE') throw thrown;
      await this.append(command, address, { ok: false, error: thrown, isRefusal: false });
    }
  }

  private async append(command: LogMessage, address: ReplyAddress, end: CommandEnd): Promise<void> {
    const { codec, node } = this;
    const { name, messageId, correlationId, history } = command;
    const reply: LogMessage = {
      // One for each time that the command was redriven.
      messageId: joinedKey(name, messageId, String(history.length)),
      name: address.name,
      kind: 'command',
      body: this.bodyOf(command, address, end),
      serializer: codec.serializer.name,
      headers: {},
      key: undefined,
      correlationId,
      causationId: messageId,
      originNodeId: node.nodeId,
      sentAtMs: node.clock.now(),
      history: [],
    };
    await this.writes.run(() => this.log().append(reply));
  }

  /** A result that cannot be encoded is told as that error: the effect has happened. */
  private bodyOf({ name, messageId }: LogMessage, { reference }: ReplyAddress, end: CommandEnd): FrameBody {
    const about = { reference, command: { name, messageId } };
    const encode = (reply: CommandReply): FrameBody => this.codec.encodeBody(`The outcome of ${name}`, reply);
    let failure = end;
    if (end.ok) {
      try {
        return encode({ ...about, ok: true, ...(end.value !== undefined && { value: end.value }) });
      } catch (thrown) {
        failure = { ok: false, error: toError(thrown), isRefusal: false };
      }
    }
    const { error, isRefusal } = failure as Exclude<CommandEnd, { readonly ok: true }>;
    try {
      return encode({ ...about, ok: false, error: this.errors.encode(error), isRefusal });
    } catch {
      return encode({ ...about, ok: false, error: this.errors.encodeBriefly(error), isRefusal });
    }
  }
}
