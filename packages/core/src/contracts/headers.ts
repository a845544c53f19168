/** Headers of a message: text by name. Names are case-sensitive. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** Headers of a message without headers. */
export const NO_HEADERS: MessageHeaders = Object.freeze({});
