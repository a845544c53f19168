import { describe, expect, it } from '@jest/globals';
import { memory } from './memory-engine.js';
import { resolveMemoryEngineOptions } from './memory-engine-options.js';

describe('the options of the memory engine', () => {
  it('have the documented defaults', () => {
    expect(resolveMemoryEngineOptions({})).toEqual({
      deduplicationWindowMs: 120_000,
      maxStoredMessages: 100_000,
      lanes: 16,
    });
  });

  it('are refused all at once where they make no sense', () => {
    const options = { deduplicationWindowMs: -1, maxStoredMessages: 0, maxMessages: 5 };
    expect(() => memory(options)).toThrow(
      expect.objectContaining({
        code: 'CATGA_CONFIGURATION',
        details: {
          problems: [
            expect.stringContaining('deduplicationWindowMs'),
            expect.stringContaining('maxStoredMessages'),
            expect.stringContaining('maxMessages'),
          ],
        },
      }),
    );
  });
});
