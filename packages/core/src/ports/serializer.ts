/**
 * Turns plain data into bytes and back. All nodes of a namespace use the same one.
 *
 * Contract: `decode(encode(value))` equals `value` for plain data; either throws on what it cannot carry; `decode`
 * never lets a key of the input reach an object's prototype.
 */
export interface Serializer {
  /** Travels with what is stored, so that a reader with another serializer refuses instead of misreading. */
  readonly name: string;
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}
