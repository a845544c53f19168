const POLL_MS = 20;

/** Resolves once the condition holds, by the machine's clock. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => void setTimeout(resolve, POLL_MS));
}
