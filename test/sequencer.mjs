import Sequencer from '@jest/test-sequencer';

/** Tiers by how long their files take: what waits for processes and servers begins first, so that nothing is left over. */
const TIERS = [
  /\.long\.spec\.ts$/,
  /-engine\.compliance\.int\.spec\.ts$/,
  /\.e2e\.spec\.ts$/,
  /\.compliance\.int\.spec\.ts$/,
  /simulation\.spec\.ts$/,
  /\.int\.spec\.ts$/,
];

/** Starts the tests that take longest first, on machines too that have never run them. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const tierOf = ({ path }) => {
      const tier = TIERS.findIndex((pattern) => pattern.test(path));
      return tier < 0 ? TIERS.length : tier;
    };
    return super.sort(tests).toSorted((a, b) => tierOf(a) - tierOf(b));
  }
}
