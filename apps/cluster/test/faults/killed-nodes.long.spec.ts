import { killedNodesOfClaims } from './killed-nodes.fixture.js';

killedNodesOfClaims('nats');
