import { describeCommandLine } from './testing/command-line.fixture.js';

describeCommandLine('nats');
