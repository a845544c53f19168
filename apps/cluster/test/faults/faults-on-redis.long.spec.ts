import { killedNodes } from './killed-nodes.fixture.js';
import { suspendedNodes } from './suspended-nodes.fixture.js';

killedNodes('redis');
suspendedNodes('redis');
