import { invalid } from './invalid.js';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;

/** The size of a page. `CATGA_VALIDATION_FAILED` for an invalid one. */
export function pageLimit(limit: number = DEFAULT_PAGE): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return limit;
  throw invalid('limit', `must be a whole number from 1 to ${LARGEST_PAGE}`);
}
