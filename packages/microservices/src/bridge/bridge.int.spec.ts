import { bridgeCases } from './bridge-cases.fixture.js';
import { startPlainNest } from './plain-nest.fixture.js';

bridgeCases('Nest 12', startPlainNest);
