/** Class of an error, or text in its message. */
export type ExpectedError = (abstract new (...args: never[]) => Error) | string;

/** Throws the error itself unless it is as expected. */
export function checkError(error: Error, expected: ExpectedError): void {
  const isExpected =
    typeof expected === 'string' ? error.message.includes(expected) : error instanceof expected;
  if (!isExpected) throw error;
}
