/** Among how many streams single events are spread. */
const STREAMS = 1000;

export function streamFor(id: number): string {
  return `account/${id % STREAMS}`;
}
