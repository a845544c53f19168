import { killedNode, killedNodesOfClaims } from './killed-nodes.fixture.js';
import { suspendedNodes } from './suspended-nodes.fixture.js';

killedNode('redis');
killedNodesOfClaims('redis');
suspendedNodes('redis');
