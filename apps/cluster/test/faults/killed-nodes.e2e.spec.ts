import { killedNodes } from './killed-nodes.fixture.js';

killedNodes('nats');
