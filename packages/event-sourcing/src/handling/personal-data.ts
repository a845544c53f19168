import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { CatgaError } from '@catga/nestjs';
import type { Codec, MessageType } from '@catga/core/engine';
import { personalOf } from '../definition/personal.decorator.js';
import type { EventStore, SubjectKeys } from '../store/event-store.js';
import { checkSubject } from '../store/store-arguments.js';

/** Header with the encrypted fields: id of the key, nonce, tag and cipher text, in base64. */
const SEALED = 'catga-personal';
/** Header with the id of the person, so that its field may be renamed. */
const SUBJECT = 'catga-subject';
const ALGORITHM = 'aes-256-gcm';
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a stored event. */
interface Opened {
  readonly fields: unknown;
  /** Value of the fields of an erased person, also in the latest version of the event. */
  readonly erased?: Fields;
}

/** Keeps the fields of `@Personal` events encrypted. */
export class PersonalData {
  constructor(
    private readonly store: () => EventStore,
    private readonly codec: Codec,
  ) {}

  /** Returns the event without its personal fields, and these as an encrypted header; undefined for an event without any. */
  async sealed(
    { name, target }: MessageType,
    event: object,
  ): Promise<{ readonly event: object; readonly headers: Readonly<Record<string, string>> } | undefined> {
    const personal = personalOf(target);
    if (personal === undefined) return undefined;
    const fields = event as Fields;
    const subject = fields[personal.subject];
    checkSubject(subject, personal.subject, name);
    const secret = Object.fromEntries(
      personal.fields.filter((field) => fields[field] !== undefined).map((field) => [field, fields[field]]),
    );
    const key = await this.keys.create(subject, randomBytes(32));
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(`${name}\0${subject}`));
    const sealed = Buffer.concat([cipher.update(this.codec.encode(name, secret)), cipher.final()]);
    // Of the same class, so that it is encoded in the same way.
    const open = Object.assign(
      Object.create(Object.getPrototypeOf(event) as object) as object,
      Object.fromEntries(Object.entries(fields).filter(([field]) => !personal.fields.includes(field))),
    );
    const header = Buffer.concat([keyId(key), nonce, cipher.getAuthTag(), sealed]).toString('base64');
    return { event: open, headers: { [SEALED]: header, [SUBJECT]: subject } };
  }

  /** Whether an event has encrypted fields. */
  isSealed(headers: Readonly<Record<string, string>>): boolean {
    return headers[SEALED] !== undefined;
  }

  /** Returns the fields with the decrypted ones. `CATGA_SERIALIZATION` if they were tampered with. */
  async opened(
    { name, target }: MessageType,
    stored: unknown,
    headers: Readonly<Record<string, string>>,
    serializer: string,
  ): Promise<Opened> {
    const { [SEALED]: header, [SUBJECT]: subject } = headers;
    if (header === undefined || subject === undefined) return { fields: stored };
    const fields = stored as Fields;
    const bytes = Buffer.from(header, 'base64');
    const [id, nonce, tag, sealed] = [
      bytes.subarray(0, KEY_ID_BYTES),
      bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES),
      bytes.subarray(KEY_ID_BYTES + NONCE_BYTES, KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES),
      bytes.subarray(KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES),
    ];
    const key = await this.keys.find(subject);
    // A person who returns after an erasure has another key.
    if (key === undefined || !keyId(key).equals(id)) {
      const { erased, fields: secret = [] } = personalOf(target) ?? {};
      if (erased === undefined) return { fields };
      const instead = Object.fromEntries(secret.map((field) => [field, erased]));
      return { fields: { ...fields, ...instead }, erased: instead };
    }
    try {
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(`${name}\0${subject}`))
        .setAuthTag(tag);
      const secret = Buffer.concat([decipher.update(sealed), decipher.final()]);
      return { fields: { ...fields, ...(this.codec.decode(name, secret, serializer) as Fields) } };
    } catch (cause) {
      throw new CatgaError(
        'CATGA_SERIALIZATION',
        `The personal fields of ${name} cannot be decrypted: they or their key were changed.`,
        { details: { name }, cause },
      );
    }
  }

  private get keys(): SubjectKeys {
    const { keys } = this.store();
    if (keys !== undefined) return keys;
    throw new CatgaError('CATGA_UNSUPPORTED', 'The event store does not store keys for @Personal fields.');
  }
}

function keyId(key: Uint8Array): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES);
}
