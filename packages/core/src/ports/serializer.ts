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
  /**
   * Only for serializers whose bytes are the UTF-8 of a text: the same as that text, well-formed. Frames take it as it
   * is, which spares a copy and an allocation for each message each way.
   */
  encodeText?(value: unknown): string;
  /** The counterpart of {@link encodeText}: both or neither. */
  decodeText?(text: string): unknown;
}
