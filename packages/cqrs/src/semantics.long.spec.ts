import { describe, expect, it } from '@jest/globals';
import * as original from '@nestjs/cqrs';
import * as ours from './index.js';
import { describeSemantics } from './semantics.fixture.js';

// What the tests say of ours is true of the original, too.
describeSemantics('@nestjs/cqrs', original as unknown as typeof ours);

describe('the package', () => {
  it('exports what the original does', () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(original).sort());
  });
});
