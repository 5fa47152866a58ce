// Checks librechat.yaml as LibreChat does when it starts.
//
//   node validate.mjs [FILE ...]     YAML or JSON; without a file, standard input
//
// Prints JSON: [{ source, issues: [{ path, code, message }] }]. Exit code 1 if there is an issue.
// The order is that of LibreChat's loader (packages/api, createCustomConfigLoader): js-yaml, then
// configSchema.strict().safeParse, then the parameters of the custom endpoints.
import { readFileSync } from 'node:fs';
import { provider, yaml } from './packages.mjs';

function parameterIssues(document) {
  const issues = [];
  for (const [index, endpoint] of (document.endpoints?.custom ?? []).entries()) {
    if (!endpoint.customParams) continue;
    const { defaultParamsEndpoint = 'custom', paramDefinitions = [] } = endpoint.customParams;
    const path = ['endpoints', 'custom', index, 'customParams'];
    const settings = provider.paramSettings[defaultParamsEndpoint];
    const agentSettings = provider.agentParamSettings[defaultParamsEndpoint];
    if (!settings && !agentSettings) {
      const message = `no parameters are known for "${defaultParamsEndpoint}"`;
      issues.push({ path: [...path, 'defaultParamsEndpoint'], code: 'custom_params', message });
      continue;
    }
    const known = new Set([...(settings ?? []), ...(agentSettings ?? [])].map(({ key }) => key));
    for (const [number, { key }] of paramDefinitions.entries()) {
      if (known.has(key)) continue;
      const message = `"${key}" is no parameter of "${defaultParamsEndpoint}"`;
      issues.push({ path: [...path, 'paramDefinitions', number, 'key'], code: 'custom_params', message });
    }
  }
  return issues;
}

function check(text) {
  let document;
  try {
    document = yaml.load(text);
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    // Not the message: it quotes the line, which may hold a secret.
    const { line, column } = error.mark ?? { line: 0, column: 0 };
    const message = `${error.reason} (line ${line + 1}, column ${column + 1})`;
    return [{ path: [], code: 'invalid_yaml', message }];
  }
  const result = provider.configSchema.strict().safeParse(document);
  if (result.success) return parameterIssues(document);
  return result.error.issues.map(({ path, code, message }) => ({ path, code, message }));
}

const files = process.argv.slice(2);
const sources = files.length > 0 ? files : ['-'];
const results = sources.map((source) => ({
  source,
  issues: check(readFileSync(source === '-' ? 0 : source, 'utf8')),
}));
console.log(JSON.stringify(results, null, 2));
process.exitCode = results.some(({ issues }) => issues.length > 0) ? 1 : 0;
