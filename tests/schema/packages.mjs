// The npm packages of package.json, from the folder in LIBRECHAT_SCHEMA_PACKAGES (default: this one).
// `require` instead of `import`, because `import` looks next to the script only.
import { createRequire } from 'node:module';
import path from 'node:path';

const folder = process.env.LIBRECHAT_SCHEMA_PACKAGES;
const manifest = folder ? path.resolve(folder, 'package.json') : new URL('package.json', import.meta.url);
const require = createRequire(manifest);

export const provider = require('librechat-data-provider');
export const yaml = require('js-yaml');
