/** Headers for a client: an object that encodes a header block (NATS ADR-4). */
export interface EncodedHeaders {
  encode(): Uint8Array;
}

const VERSION_LINE = 'NATS/1.0\r\n';

/**
 * A header block built from lines, without the maps and lists of a client's headers. The caller ensures that names and
 * values are ASCII without line breaks.
 */
export class HeaderBlock implements EncodedHeaders {
  private lines = VERSION_LINE;

  set(name: string, value: string): this {
    this.lines += `${name}: ${value}\r\n`;
    return this;
  }

  encode(): Uint8Array {
    return Buffer.from(`${this.lines}\r\n`, 'latin1');
  }
}
