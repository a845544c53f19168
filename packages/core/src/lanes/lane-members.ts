import type { NodeDirectory } from '../ports/node-directory.js';
import type { RecordStore } from '../ports/record-store.js';
import { MEMBERS, memberKey } from './lane-keys.js';
import type { RegisteredSubscription } from './lane-register.js';
import { OwnWrites } from './own-writes.js';

/** Record of a node: its subscriptions, and the session. */
export interface LaneMember {
  readonly session: string;
  /** Handled wire names by subscription. */
  readonly subscriptions: Readonly<Record<string, readonly string[]>>;
  /** Whether it is giving its lanes back, so that others wait for them. */
  readonly isLeaving: boolean;
}

/**
 * State of a recorded owner. `unheard`: it is leaving, or missing in the node directory, and may still write its progress. `gone`: it has
 * restarted or ended.
 */
export type OwnerState = 'present' | 'unheard' | 'gone';

/** Members of subscriptions: the nodes whose records list them and which are in the node directory, and this node in any case. */
export class LaneMembers {
  readonly ownWrites: OwnWrites;
  private members = new Map<string, LaneMember>();
  private readonly present = new Set<string>();
  /**
   * Nodes present before {@link members} were read. A node records that it leaves before it leaves the directory: if it left during the
   * read, the record may be stale, so it does not count as gone.
   */
  private presentBefore: ReadonlySet<string> = new Set();
  private version = 0;
  private stopWatching: (() => void) | undefined;
  private self: LaneMember;

  constructor(
    private readonly nodeId: string,
    readonly session: string,
    private readonly records: RecordStore,
    nowMs: () => number,
    private readonly onChange: () => void,
  ) {
    this.ownWrites = new OwnWrites(nowMs);
    this.self = { session, subscriptions: {}, isLeaving: false };
  }

  async watch(directory: NodeDirectory): Promise<void> {
    this.stopWatching = await directory.watch({
      present: ({ nodeId }) => {
        if (this.present.has(nodeId)) return;
        this.present.add(nodeId);
        this.onChange();
      },
      left: (nodeId) => {
        if (this.present.delete(nodeId)) this.onChange();
      },
    });
  }

  stop(): void {
    this.stopWatching?.();
  }

  /** Writes the record of this node. */
  async write(subscriptions: LaneMember['subscriptions'], isLeaving: boolean): Promise<void> {
    this.self = { session: this.session, subscriptions, isLeaving };
    try {
      await this.writeSelf();
      this.ownWrites.succeeded();
    } catch (thrown) {
      this.ownWrites.failed();
      throw thrown;
    }
  }

  /** Removes the record of this node. */
  async remove(): Promise<void> {
    if (this.version > 0) await this.records.remove(memberKey(this.nodeId), this.version);
  }

  /** Reads the records. Resolves with whether this node's own record exists. */
  async read(): Promise<boolean> {
    const members = new Map<string, LaneMember>();
    const present = new Set(this.present);
    for (const { key, value } of await this.records.list(MEMBERS)) {
      const member = decode(value);
      if (member !== undefined) members.set(key.slice(MEMBERS.length), member);
    }
    this.members = members;
    this.presentBefore = present;
    return members.get(this.nodeId)?.session === this.session;
  }

  /** Ids of the candidates for owning a lane. */
  candidatesFor({ id, names }: Pick<RegisteredSubscription, 'id' | 'names'>): string[] {
    const all = this.handling(id, []);
    // After a deployment that added names, only nodes that know them, once there is one.
    const upToDate = this.handling(id, names);
    return upToDate.length > 0 ? upToDate : all;
  }

  /** Names that present nodes handle for a subscription. */
  namesOf(subscription: string): ReadonlySet<string> {
    const present = [...this.members]
      .filter(([nodeId]) => this.isPresent(nodeId))
      .map(([, member]) => member);
    return new Set([...present, this.self].flatMap(({ subscriptions }) => subscriptions[subscription] ?? []));
  }

  private async writeSelf(): Promise<void> {
    const value = Buffer.from(JSON.stringify(this.self));
    for (let attempt = 0; attempt < 8; attempt++) {
      const version = await this.records.write(memberKey(this.nodeId), value, this.version);
      if (version !== undefined) {
        this.version = version;
        return;
      }
      this.version = (await this.records.read(memberKey(this.nodeId)))?.version ?? 0;
    }
  }

  private handling(subscription: string, names: readonly string[]): string[] {
    const knows = ({ subscriptions }: LaneMember): boolean =>
      Object.hasOwn(subscriptions, subscription) &&
      names.every((name) => subscriptions[subscription]?.includes(name));
    const candidates: string[] = [];
    for (const [nodeId, member] of this.members) {
      if (nodeId === this.nodeId || member.isLeaving || !this.isPresent(nodeId)) continue;
      if (knows(member)) candidates.push(nodeId);
    }
    // A leaving node remains a candidate while there is no other one.
    const isCandidate = !this.self.isLeaving || candidates.length === 0;
    if (isCandidate && knows(this.self)) candidates.push(this.nodeId);
    return candidates;
  }

  private isPresent(nodeId: string): boolean {
    return this.present.has(nodeId) || this.presentBefore.has(nodeId);
  }

  /** State of a recorded owner. One that has started since the records were read counts as `gone`: then read them again. */
  stateOf(owner: string): OwnerState {
    if (owner === this.session) return 'present';
    const nodeId = owner.slice(0, owner.indexOf('/'));
    if (nodeId === this.nodeId) return 'gone';
    const member = this.members.get(nodeId);
    if (member !== undefined && member.session !== owner) return 'gone';
    if (this.isPresent(nodeId) && member?.isLeaving !== true) return 'present';
    return member === undefined ? 'gone' : 'unheard';
  }
}

function decode(value: Uint8Array): LaneMember | undefined {
  try {
    const member = JSON.parse(Buffer.from(value).toString()) as Partial<LaneMember> | null;
    if (typeof member?.session !== 'string' || typeof member.subscriptions !== 'object') return undefined;
    return {
      session: member.session,
      subscriptions: member.subscriptions,
      isLeaving: member.isLeaving === true,
    };
  } catch {
    return undefined;
  }
}
