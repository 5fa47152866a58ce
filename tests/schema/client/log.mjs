// Writes a line of every level through LibreChat's own logger, which takes its settings from the environment.
import { load } from './load.mjs';

const { logger } = load('@librechat/data-schemas');
for (const level of ['error', 'warn', 'info', 'debug']) logger[level](`this is ${level}`);
