import { describeSagaCommands } from './testing/saga-commands.fixture.js';

describeSagaCommands('nats');
