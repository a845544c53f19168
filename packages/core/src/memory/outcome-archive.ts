import type { StoredOutcome } from '../ports/idempotency-store.js';
import { IdArchive } from './id-archive.js';

const IS_OK = 1;
const IS_TEXT = 2;
const BODY_IS_UTF16 = 4;
const FINGERPRINT_IS_UTF16 = 8;
/** The bits above the flags are the size of the fingerprint, in bytes. */
const FLAGS = 16;
const MOST_BRIEF = 64;

/** Every supported Node has it, but not the types of the language version that is compiled for. */
type Scalars = string & { isWellFormed(): boolean };

/** Recorded outcomes of ids, with the fingerprints of their messages. */
export class OutcomeArchive {
  private readonly ids: IdArchive;

  /** @param monotonicMs current monotonic time, in milliseconds */
  constructor(monotonicMs: () => number) {
    this.ids = new IdArchive(monotonicMs);
  }

  add(id: string, fingerprint: string, { ok, body }: StoredOutcome, ttlMs: number): void {
    const { ids } = this;
    const isText = typeof body === 'string';
    const encoding = isText ? encodingOf(body) : 'brief';
    const printEncoding = encodingOf(fingerprint);
    const bodyBytes = isText ? sizeOf(body, encoding) : body.byteLength;
    const printBytes = sizeOf(fingerprint, printEncoding);
    const flags =
      (ok ? IS_OK : 0) |
      (isText ? IS_TEXT : 0) |
      (encoding === 'utf16le' ? BODY_IS_UTF16 : 0) |
      (printEncoding === 'utf16le' ? FINGERPRINT_IS_UTF16 : 0);
    ids.add(id, printBytes * FLAGS + flags, ttlMs, printBytes + bodyBytes);
    const { bytes, contentAt } = ids;
    write(bytes, fingerprint, contentAt, printEncoding);
    if (isText) write(bytes, body, contentAt + printBytes, encoding);
    else bytes.set(body, contentAt + printBytes);
  }

  /** Whether there is a live outcome: then {@link fingerprint} and {@link outcome} are those of it. */
  find(id: string): boolean {
    return this.ids.find(id);
  }

  /** Fingerprint of the message whose id was found last. */
  get fingerprint(): string {
    const { value, bytes, contentAt } = this.ids;
    return textAt(bytes, value & FINGERPRINT_IS_UTF16, contentAt, contentAt + Math.floor(value / FLAGS));
  }

  /** Outcome of the id that was found last. */
  get outcome(): StoredOutcome {
    const { value, bytes, contentAt, contentEndsAt } = this.ids;
    const bodyAt = contentAt + Math.floor(value / FLAGS);
    const body =
      value & IS_TEXT
        ? textAt(bytes, value & BODY_IS_UTF16, bodyAt, contentEndsAt)
        : new Uint8Array(bytes.subarray(bodyAt, contentEndsAt));
    return { ok: (value & IS_OK) !== 0, body };
  }
}

/** `brief`: a few characters of ASCII, as nearly all are. UTF-8 would map all lone surrogates to the same bytes. */
type Encoding = 'brief' | 'utf8' | 'utf16le';

function encodingOf(text: string): Encoding {
  if (isBrief(text)) return 'brief';
  return (text as Scalars).isWellFormed() ? 'utf8' : 'utf16le';
}

function isBrief(text: string): boolean {
  if (text.length > MOST_BRIEF) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function sizeOf(text: string, encoding: Encoding): number {
  return encoding === 'brief' ? text.length : Buffer.byteLength(text, encoding);
}

/** What is brief is written here, as a call of the runtime takes longer. */
function write(bytes: Buffer, text: string, at: number, encoding: Encoding): void {
  if (encoding !== 'brief') bytes.write(text, at, encoding);
  else for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
}

function textAt(bytes: Buffer, isUtf16: number, startsAt: number, endsAt: number): string {
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8', startsAt, endsAt);
}
