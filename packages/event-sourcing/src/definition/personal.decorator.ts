/**
 * Personal data of an event.
 *
 * @publicApi
 */
export interface PersonalOptions<S extends string = string, F extends string = string> {
  /** Field with the id of the person, text, which is stored as it is: make it an id that says nothing. */
  readonly subject: S;
  /** Fields that are stored encrypted, with the key of the person. */
  readonly fields: readonly F[];
  /**
   * What the fields are once the person was erased.
   * @defaultValue undefined: they are missing
   */
  readonly erased?: unknown;
}

const PERSONAL = 'catga:personal';

/**
 * Class decorator of an event of a stream: some of its fields are personal data. They are stored encrypted (AES-256-GCM), with one key for each person, and
 * `CatgaEventStreams.erase(subject)` deletes the key. What is published of the event is not encrypted.
 *
 * @example `@Personal({ subject: 'customerId', fields: ['email'] })`
 * @publicApi
 */
export function Personal<S extends string, F extends string>(
  options: PersonalOptions<S, F>,
): (target: abstract new (...args: never[]) => Partial<Record<F, unknown>> & Record<S, string>) => void {
  return (target) => Reflect.defineMetadata(PERSONAL, Object.freeze({ ...options }), target);
}

/** What {@link Personal} said of a class. */
export function personalOf(target: object): PersonalOptions | undefined {
  return Reflect.getMetadata(PERSONAL, target) as PersonalOptions | undefined;
}
