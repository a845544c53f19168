import { describe, it } from '@jest/globals';
import { follows, shows, stepsAbout } from './readme-player.fixture.js';

describe('README.md', () => {
  const steps = stepsAbout(false);
  follows(steps);

  it('has shown everything it promises', () => {
    shows(steps, ['/ship', '/history', '/nodes', '/health', '/dead-letters', '/redrive', 'Idempotency-Key']);
  });
});
