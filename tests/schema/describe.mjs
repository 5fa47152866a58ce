// Prints, as JSON, what the schema of librechat.yaml knows and what LibreChat makes of documents.
//
// Standard input: { "sections": ["endpoints.custom[]", ...], "documents": ["version: ...", ...],
//   "files": ["application/pdf", ...], "endpoints": ["Ollama", ...] }
// A section is a path to an object of the schema: `[]` for every item of a list, `*` for every key.
import { readFileSync } from 'node:fs';
import { provider, yaml } from './packages.mjs';

// optional, default, nullable and refined types, down to what they hold
function unwrap(type) {
  while (type._def.innerType ?? type._def.schema) type = type._def.innerType ?? type._def.schema;
  return type;
}

function below(type, step) {
  const inner = unwrap(type);
  if (step === '*') return inner._def.valueType;
  const name = step.replace(/\[\]$/, '');
  return name === step ? inner.shape[name] : unwrap(inner.shape[name])._def.type;
}

function keys(section) {
  const steps = section === '' ? [] : section.split('.');
  return Object.keys(unwrap(steps.reduce(below, provider.configSchema)).shape);
}

// the limit that applies to an upload to every endpoint, in MB
function uploadLimits(document) {
  const fileConfig = provider.mergeFileConfig(document.fileConfig);
  const limit = (endpoint, endpointType) => {
    const config = provider.getEndpointFileConfig({ fileConfig, endpoint, endpointType });
    return Math.min(config.fileSizeLimit, config.totalSizeLimit) / provider.megabyte;
  };
  const own = Object.values(provider.EModelEndpoint).map((name) => [name, limit(name, name)]);
  const custom = document.endpoints.custom.map(({ name }) => [name, limit(name, 'custom')]);
  const server = ['(server)', fileConfig.serverFileSizeLimit / provider.megabyte];
  return Object.fromEntries([...own, ...custom, server]);
}

// how an upload of each type to an endpoint reaches the model: `provider` as a file, `text` as its text, `none` not at all
function delivery(document, endpoint, files) {
  const fileConfig = provider.mergeFileConfig(document.fileConfig);
  const endpointConfig = provider.getEndpointFileConfig({ fileConfig, endpoint });
  const path = (mimeType) => provider.resolveUploadLLMDeliveryPath({ mimeType, endpointConfig, fileConfig, endpoint });
  return Object.fromEntries(files.map((mimeType) => [mimeType, path(mimeType)]));
}

const { sections, documents, variables, files, endpoints } = JSON.parse(readFileSync(0, 'utf8'));
const parsed = documents.map((text) => yaml.load(text));
console.log(
  JSON.stringify({
    configVersion: provider.Constants.CONFIG_VERSION,
    currentModel: provider.Constants.CURRENT_MODEL,
    userProvided: provider.AuthType.USER_PROVIDED,
    reservedNames: Object.values(provider.EModelEndpoint),
    unexpanded: variables.filter((name) => provider.isSensitiveEnvVar(name)),
    keys: Object.fromEntries(sections.map((section) => [section, keys(section)])),
    limitedEndpoints: Object.keys(provider.fileConfig.endpoints),
    defaultTotalSizeLimit: provider.fileConfig.endpoints.default.totalSizeLimit / provider.megabyte,
    parsed,
    uploadLimits: parsed.map(uploadLimits),
    delivery: parsed.map((document) =>
      Object.fromEntries(endpoints.map((endpoint) => [endpoint, delivery(document, endpoint, files)])),
    ),
  }),
);
