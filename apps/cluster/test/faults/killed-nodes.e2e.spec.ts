import { killedNode } from './killed-nodes.fixture.js';

killedNode('nats');
