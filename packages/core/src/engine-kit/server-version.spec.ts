import { describe, expect, it } from '@jest/globals';
import { requireServerVersion } from './server-version.js';

describe('the version of a server', () => {
  it.each(['2.10.0', '2.10.27', '2.15.1-preview.2', '3.0', 'unreleased'])('is new enough: %s', (version) => {
    expect(() => requireServerVersion('a server', version, [2, 10])).not.toThrow();
  });

  it.each(['2.9.25', '1.99.0', '2.9.0-beta.1'])('is too old: %s', (version) => {
    expect(() => requireServerVersion('a server', version, [2, 10])).toThrow(
      expect.objectContaining({ code: 'CATGA_UNSUPPORTED', details: { version, required: '2.10' } }),
    );
  });
});
