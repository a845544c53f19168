import { randomBytes } from 'node:crypto';
import { finalMix } from '../routing/murmur-hash.js';

/** Size of most segments, in bytes. */
const SEGMENT_BYTES = 64 * 1024;
/** Head of an entry: expiry (8), value (8), hash of the id (4), size of the id (4), size of the content (4), flags (4). */
const HEAD_BYTES = 32;
const ID_IS_UTF16 = 1;
/** Oldest entries inspected for expiry by each addition: more than one, so that removal outruns growth. */
const INSPECTED_PER_ADDITION = 2;
const LEAST_SLOTS = 256;
/** Random factors of the characters of an id, by their places. */
const FACTORS = 256;

/** Consecutive entries, aligned to eight bytes. */
interface Segment {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  usedBytes: number;
}

/**
 * Ids of a time to live, each with a number and, if wanted, bytes. All of it is outside of the garbage-collected heap: there is
 * an entry for each id of the last minutes, or of the last day, and as objects they would make every garbage collection longer.
 *
 * Entries are removed in the order in which they were added, once they have expired. An id that is added again has its new entry.
 */
export class IdArchive {
  /** Bytes that hold the entry that was found or added last. */
  bytes: Buffer = Buffer.alloc(0);
  /** Where its content begins, and ends. */
  contentAt = 0;
  contentEndsAt = 0;
  /** Its number. */
  value = 0;
  /** How many ids are in memory, including expired ones that are not removed. */
  size = 0;
  private readonly segments: Segment[] = [];
  /** Number of the first segment, and the place of its first entry. */
  private firstNumber = 0;
  private firstAt = 0;
  /** Hashes, and places plus one; 0 is an empty slot. */
  private hashes = new Uint32Array(LEAST_SLOTS);
  private places = new Float64Array(LEAST_SLOTS);
  /** Multilinear hashing: whoever chooses ids, and does not know the factors, cannot make them collide. */
  private readonly factors = new Int32Array(new Uint8Array(randomBytes(4 * FACTORS)).buffer);

  /** @param monotonicMs current monotonic time, in milliseconds */
  constructor(private readonly monotonicMs: () => number) {}

  /** Whether there is a live entry: then the fields are those of it. */
  find(id: string): boolean {
    const place = (this.places[this.slotOf(id, this.hashOf(id))] ?? 0) - 1;
    if (place < 0) return false;
    const { bytes, doubles, words } = this.segmentOf(place);
    const at = place % SEGMENT_BYTES;
    if ((doubles[at >>> 3] ?? 0) <= this.monotonicMs()) return false;
    this.bytes = bytes;
    this.value = doubles[(at >>> 3) + 1] ?? 0;
    this.contentAt = at + HEAD_BYTES + (words[(at >>> 2) + 5] ?? 0);
    this.contentEndsAt = this.contentAt + (words[(at >>> 2) + 6] ?? 0);
    return true;
  }

  /** Adds or replaces an entry. Its content is to be written to {@link bytes}, from {@link contentAt} on. */
  add(id: string, value: number, ttlMs: number, contentBytes = 0): void {
    const nowMs = this.monotonicMs();
    for (let inspected = 0; inspected < INSPECTED_PER_ADDITION; inspected++) this.removeExpired(nowMs);
    const isUtf16 = hasWideUnits(id);
    const idBytes = isUtf16 ? 2 * id.length : id.length;
    const entryBytes = (HEAD_BYTES + idBytes + contentBytes + 7) & ~7;
    const segment = this.segmentFor(entryBytes);
    const { bytes, words, doubles, usedBytes: at } = segment;
    const hash = this.hashOf(id);
    doubles[at >>> 3] = nowMs + ttlMs;
    doubles[(at >>> 3) + 1] = value;
    words[(at >>> 2) + 4] = hash;
    words[(at >>> 2) + 5] = idBytes;
    words[(at >>> 2) + 6] = contentBytes;
    words[(at >>> 2) + 7] = isUtf16 ? ID_IS_UTF16 : 0;
    const idAt = at + HEAD_BYTES;
    if (isUtf16) bytes.write(id, idAt, 'utf16le');
    else for (let index = 0; index < id.length; index++) bytes[idAt + index] = id.charCodeAt(index);
    segment.usedBytes = at + entryBytes;
    this.bytes = bytes;
    this.value = value;
    this.contentAt = idAt + idBytes;
    this.contentEndsAt = this.contentAt + contentBytes;
    this.index(id, hash, (this.firstNumber + this.segments.length - 1) * SEGMENT_BYTES + at);
  }

  /** Removes the oldest entries that have expired. */
  clean(): void {
    const nowMs = this.monotonicMs();
    while (this.removeExpired(nowMs));
  }

  /** Removes the oldest entry, if it has expired. */
  private removeExpired(nowMs: number): boolean {
    const [first] = this.segments;
    const at = this.firstAt;
    if (first === undefined || at === first.usedBytes) return false;
    const { doubles, words } = first;
    if ((doubles[at >>> 3] ?? 0) > nowMs) return false;
    this.forget(words[(at >>> 2) + 4] ?? 0, this.firstNumber * SEGMENT_BYTES + at);
    const entryBytes = HEAD_BYTES + (words[(at >>> 2) + 5] ?? 0) + (words[(at >>> 2) + 6] ?? 0);
    this.firstAt = at + ((entryBytes + 7) & ~7);
    if (this.firstAt === first.usedBytes) {
      this.firstAt = 0;
      if (this.segments.length === 1) first.usedBytes = 0;
      else {
        this.segments.shift();
        this.firstNumber++;
      }
    }
    return true;
  }

  private hashOf(id: string): number {
    const { factors } = this;
    let hash = id.length;
    for (let index = 0; index < id.length; index++) {
      hash = (hash + Math.imul(factors[index % FACTORS] ?? 0, id.charCodeAt(index) + 1)) | 0;
      if (index % FACTORS === FACTORS - 1) hash = finalMix(hash) | 0;
    }
    return finalMix(hash);
  }

  /** The slot of an id, or the empty one where it belongs. */
  private slotOf(id: string, hash: number): number {
    const { hashes, places } = this;
    const mask = places.length - 1;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const place = (places[slot] ?? 0) - 1;
      if (place < 0 || (hashes[slot] === hash && this.isOf(id, place))) return slot;
    }
  }

  private isOf(id: string, place: number): boolean {
    const { bytes, words } = this.segmentOf(place);
    const at = place % SEGMENT_BYTES;
    const idAt = at + HEAD_BYTES;
    const idBytes = words[(at >>> 2) + 5] ?? 0;
    if (words[(at >>> 2) + 7] === ID_IS_UTF16) return bytes.toString('utf16le', idAt, idAt + idBytes) === id;
    if (id.length !== idBytes) return false;
    for (let index = 0; index < idBytes; index++)
      if (bytes[idAt + index] !== id.charCodeAt(index)) return false;
    return true;
  }

  private index(id: string, hash: number, place: number): void {
    const slot = this.slotOf(id, hash);
    if (this.places[slot] === 0) this.size++;
    this.hashes[slot] = hash;
    this.places[slot] = place + 1;
    if (this.size * 2 > this.places.length) this.resize(2 * this.places.length);
  }

  /** Empties the slot of an entry, unless its id has a later one. */
  private forget(hash: number, place: number): void {
    const { hashes, places } = this;
    const mask = places.length - 1;
    let slot = hash & mask;
    for (; places[slot] !== place + 1; slot = (slot + 1) & mask) if (places[slot] === 0) return;
    this.size--;
    // Those that were pushed on move up.
    for (let next = (slot + 1) & mask; places[next] !== 0; next = (next + 1) & mask) {
      const home = (hashes[next] ?? 0) & mask;
      if (((next - home) & mask) < ((next - slot) & mask)) continue;
      places[slot] = places[next] ?? 0;
      hashes[slot] = hashes[next] ?? 0;
      slot = next;
    }
    places[slot] = 0;
    if (this.size * 16 < places.length && places.length > LEAST_SLOTS) this.resize(places.length / 2);
  }

  private resize(slots: number): void {
    const { hashes, places } = this;
    this.hashes = new Uint32Array(slots);
    this.places = new Float64Array(slots);
    for (let from = 0; from < places.length; from++) {
      const place = places[from] ?? 0;
      if (place === 0) continue;
      const hash = hashes[from] ?? 0;
      let slot = hash & (slots - 1);
      while (this.places[slot] !== 0) slot = (slot + 1) & (slots - 1);
      this.hashes[slot] = hash;
      this.places[slot] = place;
    }
  }

  private segmentOf(place: number): Segment {
    const segment = this.segments[Math.floor(place / SEGMENT_BYTES) - this.firstNumber];
    if (segment === undefined) throw new RangeError(`There is no entry at ${place}.`);
    return segment;
  }

  /** The last segment, or a new one. An entry that is larger than a segment gets one of its own. */
  private segmentFor(entryBytes: number): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && last.usedBytes + entryBytes <= Math.min(last.bytes.length, SEGMENT_BYTES))
      return last;
    const bytes = Buffer.allocUnsafeSlow(Math.max(SEGMENT_BYTES, entryBytes));
    const segment: Segment = {
      bytes,
      words: new Uint32Array(bytes.buffer),
      doubles: new Float64Array(bytes.buffer),
      usedBytes: 0,
    };
    // One without entries is not kept before others.
    if (last?.usedBytes === 0) this.segments.pop();
    this.segments.push(segment);
    return segment;
  }
}

function hasWideUnits(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return true;
  return false;
}
