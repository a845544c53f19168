import { describeSagaCommands } from './testing/saga-commands.fixture.js';

describeSagaCommands('redis');
