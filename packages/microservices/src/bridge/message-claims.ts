import { createHash, randomUUID } from 'node:crypto';

/** The part of a Redis client used for claims. */
export interface ClaimClient {
  set(key: string, value: string, px: 'PX', ms: number, nx: 'NX'): Promise<unknown>;
  eval(script: string, keys: number, ...args: readonly (string | number)[]): Promise<unknown>;
}

/** Lifetime of a claim, far longer than the delivery to all bridge nodes takes. */
const CLAIM_MS = 60_000;
/** Time for which events of the same content are counted after the last claim, in milliseconds. */
const COUNT_MS = 5_000;

/**
 * KEYS: the counts of an event's content. ARGV: bridge node, ms. Each node counts how often it has seen the content; the first one to reach
 * a count handles the event. Only a claim extends the lifetime of the counts: nodes that started later have lower counts, which are reset
 * when the others are gone.
 */
const CLAIM_EVENT = `
local mine = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
local most = tonumber(redis.call('HGET', KEYS[1], 'most') or '0')
if mine <= most then return 0 end
redis.call('HSET', KEYS[1], 'most', mine)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** Claims on messages: decides which bridge node handles a message of Redis pub/sub, which all of them receive. */
export class MessageClaims {
  private readonly node = `node:${randomUUID()}`;

  /**
   * @param prefix prefix of the keys
   * @param countMs time for which events of the same content are counted after the last claim, in milliseconds
   */
  constructor(
    private readonly prefix: string,
    private readonly countMs: number = COUNT_MS,
  ) {}

  /** Claims a request. Resolves with whether this node handles it. */
  async request(client: ClaimClient, channel: string, packetId: string): Promise<boolean> {
    const key = `${this.prefix}:request:${contentHash(channel, packetId)}`;
    return (await client.set(key, this.node, 'PX', CLAIM_MS, 'NX')) === 'OK';
  }

  /** Claims an event, which has no id. Resolves with whether this node handles it. */
  async event(client: ClaimClient, channel: string, content: string): Promise<boolean> {
    const key = `${this.prefix}:event:${contentHash(channel, content)}`;
    return (await client.eval(CLAIM_EVENT, 1, key, this.node, this.countMs)) === 1;
  }
}

function contentHash(channel: string, content: string): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, content]))
    .digest('base64url');
}
