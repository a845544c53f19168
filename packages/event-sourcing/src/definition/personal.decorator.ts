/**
 * Options of an event's personal data.
 *
 * @publicApi
 */
export interface PersonalOptions<S extends string = string, F extends string = string> {
  /** Field with the id of the person. It is stored unencrypted: use an opaque id. */
  readonly subject: S;
  /** Fields to encrypt with the key of the person. */
  readonly fields: readonly F[];
  /**
   * Value of the fields once the person is erased.
   * @defaultValue undefined: the fields are missing
   */
  readonly erased?: unknown;
}

const PERSONAL = 'catga:personal';

/**
 * Class decorator: marks fields of a stream's event as personal data. They are stored encrypted (AES-256-GCM) with a key per person;
 * `CatgaEventStreams.erase(subject)` deletes the key. The published event is not encrypted.
 *
 * @example `@Personal({ subject: 'customerId', fields: ['email'] })`
 * @publicApi
 */
export function Personal<S extends string, F extends string>(
  options: PersonalOptions<S, F>,
): (target: abstract new (...args: never[]) => Partial<Record<F, unknown>> & Record<S, string>) => void {
  return (target) => Reflect.defineMetadata(PERSONAL, Object.freeze({ ...options }), target);
}

/** Options of {@link Personal} of a class. */
export function personalOf(target: object): PersonalOptions | undefined {
  return Reflect.getMetadata(PERSONAL, target) as PersonalOptions | undefined;
}
