import { CatgaError } from '@catga/core';
import { BufferBudget, Teardown, Timetable } from '@catga/core/engine';
import type { Clock, EngineMonitor } from '@catga/core/engine';
import {
  brokerError,
  closedError,
  isInterruption,
  isRefusal,
  isUnknownScript,
  unavailable,
  wordsOf,
} from './broker-errors.js';
import { Channels } from './channels.js';
import type { LuaArgument, LuaReply, LuaScript } from './lua-script.js';
import { directScriptCommandsOf, isClusterClient, scriptCommandsOf } from './redis-client.js';
import type { RedisClient, ScriptCommands } from './redis-client.js';

/** Options of a session. */
export interface SessionOptions {
  readonly clock: Clock;
  /** Maximum bytes buffered while disconnected. */
  readonly maxBufferedBytes: number;
  /** Timeout of a command in milliseconds, including a reconnect. */
  readonly timeoutMs: number;
  /** Callbacks for disconnects and reconnects. */
  readonly monitor?: EngineMonitor;
}

/** Channel to publish to, with callbacks for the result of a PUBLISH. */
export interface PublishChannel {
  readonly name: string;
  readonly heardBy: (listeners: number) => void;
  readonly refused: (error: CatgaError) => void;
  /** Called before a buffered message is sent: returns what is to be sent, undefined for nothing. */
  readonly delayed: (message: Uint8Array) => Uint8Array | undefined;
}

interface Question {
  /** Its key or channel, for errors. */
  readonly subject: string | undefined;
  readonly reject: (error: Error) => void;
}

/** Default reason of an outage. */
const LOST = 'The server closed the connection.';

/** Delay before a refused SUBSCRIBE is retried, in milliseconds. */
const RETURN_AGAIN_AFTER_MS = 250;
/** Delay before an unsent command is retried if the client reports no reconnect, in milliseconds. */
const SEND_AGAIN_AFTER_MS = 100;

/**
 * Two connections, and whether the broker is there. What is asked while it is away waits here, and what had no answer when it
 * went away is asked again once it is back, if somebody still waits for the answer; so everything that is asked may happen
 * twice and must bear that. The client sends nothing again by itself. How much waits is bounded, and for how long.
 */
export class RedisSession {
  readonly channels: Channels;
  private readonly timetable: Timetable;
  private readonly questions = new Set<Question>();
  private readonly listeners = new Set<() => void>();
  private readonly refusalListeners = new Set<(error: CatgaError) => void>();
  private readonly undo: (() => void)[] = [];
  private readonly budget: BufferBudget;
  private isThere = true;
  private upSinceMs = -Infinity;
  private isEnded = false;
  /** Commands waiting for the client, in order. */
  private unsent: (() => void)[] = [];
  private isSendingLater = false;
  private lossReason = LOST;
  private refusedWith: CatgaError | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly subscriber: RedisClient,
    private readonly options: SessionOptions,
  ) {
    this.timetable = new Timetable(options.clock);
    this.budget = new BufferBudget('Redis', options.maxBufferedBytes);
    this.channels = new Channels(subscriber);
    this.listen(client, 'ready', () => this.sendUnsent());
    for (const connection of [client, subscriber]) {
      this.listen(connection, 'close', () => this.lost());
      this.listen(connection, 'ready', () => void this.returned());
      // Handled by 'close', which follows or came before.
      this.listen(connection, 'error', (error) => this.failedBecause(error));
    }
  }

  /** Whether the clients are connected. */
  get isUp(): boolean {
    return this.isThere;
  }

  /** Time since the last reconnect, in milliseconds; Infinity if there was none. */
  get upForMs(): number {
    return this.isThere ? this.options.clock.monotonicMs() - this.upSinceMs : 0;
  }

  get isClosed(): boolean {
    return this.isEnded;
  }

  /** False in a Redis Cluster, where PUBLISH counts only receivers on the same server. */
  get knowsListeners(): boolean {
    return !isClusterClient(this.client);
  }

  /**
   * Resolves with the reply. Rejects with `CATGA_ENGINE_UNAVAILABLE` if none arrives in time, or the buffer is full; with
   * `CATGA_OVERLOADED` if the server is out of memory.
   * @param send sends the command; `isWanted` tells whether the caller still waits
   * @param bytes size of the command
   * @param subject its key or channel, for errors
   */
  ask<T>(
    send: (client: RedisClient, isWanted: () => boolean) => Promise<T>,
    bytes = 0,
    subject?: string,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.admit(bytes);
      const deadline = this.timetable.after(this.options.timeoutMs, () =>
        question.reject(unavailable(`Redis did not reply within ${this.options.timeoutMs} ms.`)),
      );
      const settle = (): boolean => {
        this.timetable.remove(deadline);
        return this.questions.delete(question);
      };
      const question: Question = {
        subject,
        reject: (error) => void (settle() && reject(error)),
      };
      this.questions.add(question);
      const free = this.budget.add(bytes);
      // A command whose caller got a timeout must not take effect later.
      const isWanted = (): boolean => this.questions.has(question);
      const attempt = (): void => {
        if (!isWanted()) return free();
        send(this.client, isWanted).then(
          (answer) => {
            free();
            if (settle()) resolve(answer);
          },
          (thrown: unknown) => {
            if (isInterruption(thrown) && isWanted()) return this.later(attempt);
            free();
            this.failed(question, thrown);
          },
        );
      };
      this.whenReady(attempt);
    });
  }

  /** Runs a script by its digest; sends its text if the server does not have it. */
  run(script: LuaScript, keys: readonly string[], args: readonly LuaArgument[] = []): Promise<LuaReply> {
    return this.runBy(scriptCommandsOf, script, keys, args);
  }

  /** The same without automatic pipelining, which waits for the replies to earlier commands. */
  runDirectly(
    script: LuaScript,
    keys: readonly string[],
    args: readonly LuaArgument[] = [],
  ): Promise<LuaReply> {
    return this.runBy(directScriptCommandsOf, script, keys, args);
  }

  private runBy(
    commandsOf: (client: RedisClient) => ScriptCommands,
    script: LuaScript,
    keys: readonly string[],
    args: readonly LuaArgument[],
  ): Promise<LuaReply> {
    const given = [...keys, ...args];
    return this.ask(
      async (client, isWanted) => {
        const commands = commandsOf(client);
        try {
          return (await commands.evalshaBuffer(script.digest, keys.length, ...given)) as LuaReply;
        } catch (thrown) {
          if (!isUnknownScript(thrown) || !isWanted()) throw thrown;
          return (await commands.evalBuffer(script.text, keys.length, ...given)) as LuaReply;
        }
      },
      sizeOf(args),
      keys[0],
    );
  }

  /**
   * Publishes to a channel, in order, with callbacks for the result; none if it stays unknown.
   * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if the session is closed, or disconnected with a full buffer
   */
  publish(channel: PublishChannel, message: Uint8Array): void {
    this.admit(message.byteLength);
    const free = this.budget.add(message.byteLength);
    const send = (bytes: Uint8Array): void =>
      void this.client
        .publish(channel.name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
        .then(
          (listeners) => {
            free();
            if (!this.isEnded) channel.heardBy(listeners);
          },
          (thrown: unknown) => {
            if (isInterruption(thrown) && !this.isEnded) return this.later(sendDelayed);
            free();
            // Otherwise the frame is lost, as any frame may be.
            if (!this.isEnded && isRefusal(thrown))
              channel.refused(this.reported(brokerError(thrown, channel.name)));
          },
        );
    const sendDelayed = (): void => {
      const left = channel.delayed(message);
      if (left === undefined) free();
      else send(left);
    };
    if (this.isReady) send(message);
    else this.later(sendDelayed);
  }

  /** Why the server refuses subscriptions; undefined if it does not. */
  get refusal(): CatgaError | undefined {
    return this.refusedWith;
  }

  /** Calls back with each refused subscription. Returns a function that stops. */
  onRefusal(listener: (error: CatgaError) => void): () => void {
    this.refusalListeners.add(listener);
    return () => void this.refusalListeners.delete(listener);
  }

  /** Calls back after each reconnect, with subscriptions restored. Returns a function that stops. */
  onReturn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves once the server has received all commands, or is unreachable. */
  async flush(): Promise<void> {
    if (!this.isThere || this.isClosed) return;
    // Only its arrival matters; errors are reported elsewhere.
    await this.ask((client) => client.ping()).catch(() => {});
  }

  /** Ends subscriptions and connections, after a flush within a time limit. May be called twice. */
  async close(withinMs = this.options.timeoutMs): Promise<void> {
    if (this.isEnded) return;
    await new Teardown(this.options.clock, () => {}).step('flush', withinMs, () => this.flush());
    this.isEnded = true;
    this.unsent = [];
    for (const { reject } of this.questions) reject(closedError());
    this.timetable.clear();
    this.listeners.clear();
    this.refusalListeners.clear();
    this.subscriber.disconnect();
    this.client.disconnect();
    // Keep an 'error' listener: without one an error would end the process.
    for (const undo of this.undo) undo();
  }

  /** Sends now, or in order when the client is ready again. */
  private whenReady(send: () => void): void {
    if (this.isReady) send();
    else this.later(send);
  }

  /** Whether a command can be sent immediately. */
  private get isReady(): boolean {
    return this.client.status === 'ready' && this.unsent.length === 0;
  }

  /** Sends when the client is ready again. One that seems ready has not noticed yet, or is a cluster without one server. */
  private later(send: () => void): void {
    this.unsent.push(send);
    if (this.isSendingLater || this.client.status !== 'ready') return;
    this.isSendingLater = true;
    if (isClusterClient(this.client)) this.client.refreshSlotsCache();
    this.timetable.after(SEND_AGAIN_AFTER_MS, () => {
      this.isSendingLater = false;
      if (this.client.status === 'ready') this.sendUnsent();
    });
  }

  private sendUnsent(): void {
    for (const send of this.unsent.splice(0)) send();
  }

  private admit(bytes: number): void {
    if (this.isClosed) throw closedError();
    if (!this.isThere) this.budget.require(bytes);
  }

  private failed(question: Question, thrown: unknown): void {
    if (!this.questions.has(question)) return;
    const error = brokerError(thrown, question.subject);
    question.reject(isRefusal(thrown) ? this.reported(error) : error);
  }

  /** Also reports a missing permission to the monitor, because the caller may be a retry loop. */
  private reported(error: CatgaError): CatgaError {
    if (!this.isEnded) this.options.monitor?.refused('permissions', error);
    return error;
  }

  private lost(): void {
    this.isThere = false;
    if (!this.isEnded) this.options.monitor?.lost(this.lossReason);
  }

  private failedBecause(error: unknown): void {
    this.lossReason = wordsOf(error).replace(/\.?$/, '.');
    if (!this.isThere) this.lost();
  }

  private async returned(): Promise<void> {
    if (this.isEnded || this.client.status !== 'ready' || this.subscriber.status !== 'ready') return;
    try {
      await this.channels.subscribeAgain();
      if (await this.isReplica()) throw unavailable('The Redis server is a read-only replica.');
    } catch (thrown) {
      // Disconnected again, or refused for now.
      this.failedBecause(thrown);
      if (thrown instanceof CatgaError && isRefusal(thrown.cause)) {
        this.refusedWith = this.reported(thrown);
        for (const listener of this.refusalListeners) listener(thrown);
      }
      if (this.subscriber.status === 'ready') this.returnLater();
      return;
    }
    if (this.isEnded || this.client.status !== 'ready') return;
    this.isThere = true;
    this.refusedWith = undefined;
    this.upSinceMs = this.options.clock.monotonicMs();
    for (const listener of this.listeners) listener();
    this.lossReason = LOST;
    this.options.monitor?.restored();
  }

  /** Whether the server is a replica; false if the ACL does not permit the check. */
  private async isReplica(): Promise<boolean> {
    if (isClusterClient(this.client)) return false;
    const info = await this.client.info('replication').catch((thrown: unknown) => {
      if (isInterruption(thrown)) throw thrown;
      return '';
    });
    return /^role:slave/m.test(info);
  }

  private returnLater(): void {
    if (!this.isEnded) this.timetable.after(RETURN_AGAIN_AFTER_MS, () => void this.returned());
  }

  private listen(connection: RedisClient, event: string, listener: (thrown: unknown) => void): void {
    connection.on(event, listener);
    this.undo.push(() => void (event !== 'error' && connection.off(event, listener)));
  }
}

function sizeOf(args: readonly LuaArgument[]): number {
  let bytes = 0;
  for (const arg of args) bytes += typeof arg === 'number' ? 8 : arg.length;
  return bytes;
}
