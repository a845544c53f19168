import { z } from 'zod';

/** Bounds that keep every total a safe integer: at most 100 lines of 1,000 pieces of a million euros. */
const MAX_QUANTITY = 1_000;
const MAX_PRICE_CENTS = 100_000_000;

/** One line of an order. */
export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** Price of one piece, in cents. */
  readonly price: number;
}

export const orderLineSchema = z.object({
  sku: z.string().trim().min(1).max(64),
  quantity: z.int().min(1).max(MAX_QUANTITY),
  price: z.int().min(1).max(MAX_PRICE_CENTS),
});
