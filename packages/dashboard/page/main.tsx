import { render } from 'preact';
import { App } from './app.js';
import { follow } from './reading.js';

const root = document.getElementById('app');
if (root !== null) {
  follow();
  render(<App />, root);
}
