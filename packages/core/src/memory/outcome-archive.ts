import type { StoredOutcome } from '../ports/idempotency-store.js';

/** Size of most segments, in bytes. */
const SEGMENT_BYTES = 256 * 1024;
/** Fixed part of an entry: expiry (8), size of the fingerprint (4), size of the body (4), flags (1). */
const HEAD_BYTES = 17;
const IS_OK = 1;
const IS_TEXT = 2;
const BODY_IS_UTF16 = 4;
const FINGERPRINT_IS_UTF16 = 8;

/** Every supported Node has it, but not the types of the language version that is compiled for. */
type Scalars = string & { isWellFormed(): boolean };

/** Consecutive entries, which are removed together. */
interface Segment {
  readonly bytes: Buffer;
  usedBytes: number;
  /** Expiry of the last entry to expire, in monotonic milliseconds. */
  expiresAtMs: number;
}

/**
 * Recorded outcomes, encoded in segments outside of the garbage-collected heap: there is one for each id of the last day,
 * and as objects they would make every garbage collection longer. A segment is removed once all its entries and those of
 * earlier segments have expired.
 */
export class OutcomeArchive {
  private readonly segments: Segment[] = [];
  /** Number of the first segment. */
  private firstNumber = 0;

  /** @param monotonicMs current monotonic time, in milliseconds */
  constructor(private readonly monotonicMs: () => number) {}

  /** Adds an outcome. Returns its place: the number of its segment times the size of segments, and its offset there. */
  add(fingerprint: string, { ok, body }: StoredOutcome, ttlMs: number): number {
    const isText = typeof body === 'string';
    const encoding = isText ? encodingOf(body) : undefined;
    const printEncoding = encodingOf(fingerprint);
    const bodyBytes = isText ? Buffer.byteLength(body, encoding) : body.byteLength;
    const printBytes = Buffer.byteLength(fingerprint, printEncoding);
    const nowMs = this.monotonicMs();
    this.removeExpired(nowMs);
    const segment = this.segmentFor(HEAD_BYTES + printBytes + bodyBytes);
    const { bytes, usedBytes: at } = segment;
    bytes.writeDoubleLE(nowMs + ttlMs, at);
    bytes.writeUInt32LE(printBytes, at + 8);
    bytes.writeUInt32LE(bodyBytes, at + 12);
    bytes[at + 16] =
      (ok ? IS_OK : 0) |
      (isText ? IS_TEXT : 0) |
      (encoding === 'utf16le' ? BODY_IS_UTF16 : 0) |
      (printEncoding === 'utf16le' ? FINGERPRINT_IS_UTF16 : 0);
    bytes.write(fingerprint, at + HEAD_BYTES, printEncoding);
    const bodyAt = at + HEAD_BYTES + printBytes;
    if (isText) bytes.write(body, bodyAt, encoding);
    else bytes.set(body, bodyAt);
    segment.usedBytes = bodyAt + bodyBytes;
    segment.expiresAtMs = Math.max(segment.expiresAtMs, nowMs + ttlMs);
    return (this.firstNumber + this.segments.length - 1) * SEGMENT_BYTES + at;
  }

  /** Expiry of the entry at a place, in monotonic milliseconds; 0 once it was removed. */
  expiryOf(place: number): number {
    return this.segmentOf(place)?.bytes.readDoubleLE(place % SEGMENT_BYTES) ?? 0;
  }

  /** Fingerprint of the message at a place; undefined once the entry was removed. */
  fingerprintAt(place: number): string | undefined {
    const bytes = this.segmentOf(place)?.bytes;
    if (bytes === undefined) return undefined;
    const at = place % SEGMENT_BYTES;
    const flags = bytes.readUInt8(at + 16);
    const startsAt = at + HEAD_BYTES;
    return textAt(bytes, flags & FINGERPRINT_IS_UTF16, startsAt, startsAt + bytes.readUInt32LE(at + 8));
  }

  /** Outcome at a place; undefined once the entry was removed. */
  outcomeAt(place: number): StoredOutcome | undefined {
    const bytes = this.segmentOf(place)?.bytes;
    if (bytes === undefined) return undefined;
    const at = place % SEGMENT_BYTES;
    const flags = bytes.readUInt8(at + 16);
    const startsAt = at + HEAD_BYTES + bytes.readUInt32LE(at + 8);
    const endsAt = startsAt + bytes.readUInt32LE(at + 12);
    const body =
      flags & IS_TEXT
        ? textAt(bytes, flags & BODY_IS_UTF16, startsAt, endsAt)
        : new Uint8Array(bytes.subarray(startsAt, endsAt));
    return { ok: (flags & IS_OK) !== 0, body };
  }

  private segmentOf(place: number): Segment | undefined {
    return this.segments[Math.floor(place / SEGMENT_BYTES) - this.firstNumber];
  }

  private removeExpired(nowMs: number): void {
    const [first] = this.segments;
    if (first === undefined || first.expiresAtMs > nowMs) return;
    this.segments.shift();
    this.firstNumber++;
  }

  /** The last segment, or a new one. An entry that is larger than a segment gets one of its own. */
  private segmentFor(bytes: number): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && last.usedBytes + bytes <= Math.min(last.bytes.length, SEGMENT_BYTES))
      return last;
    const segment: Segment = {
      bytes: Buffer.allocUnsafeSlow(Math.max(SEGMENT_BYTES, bytes)),
      usedBytes: 0,
      expiresAtMs: 0,
    };
    this.segments.push(segment);
    return segment;
  }
}

/** UTF-8 would map all lone surrogates to the same bytes. */
function encodingOf(text: string): 'utf8' | 'utf16le' {
  return (text as Scalars).isWellFormed() ? 'utf8' : 'utf16le';
}

function textAt(bytes: Buffer, isUtf16: number, startsAt: number, endsAt: number): string {
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8', startsAt, endsAt);
}
