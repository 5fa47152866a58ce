// Loads the npm packages of package.json, from the folder in LIBRECHAT_CLIENT_PACKAGES.
// `require` instead of `import`, because `import` looks next to the script only.
import { createRequire } from 'node:module';
import path from 'node:path';

export const load = createRequire(path.resolve(process.env.LIBRECHAT_CLIENT_PACKAGES, 'package.json'));
