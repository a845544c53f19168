import { bridgeCases } from './bridge-cases.fixture.js';
import { startPlainNest11 } from './plain-nest-11.fixture.js';

// Its packages are in test/nest-11: `npm run test:nest-11` installs them.
bridgeCases('Nest 11', startPlainNest11);
