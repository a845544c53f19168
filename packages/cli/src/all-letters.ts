import type { CatgaDeadLetters, DeadLetter, DeadLetterFilter } from '@catga/core';

const PAGE = 1000;

/** The dead letters of a filter, oldest first, page by page. */
export async function* allLetters(
  deadLetters: CatgaDeadLetters,
  filter: DeadLetterFilter = {},
): AsyncGenerator<DeadLetter> {
  let after: string | undefined;
  do {
    const page = await deadLetters.list(filter, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
