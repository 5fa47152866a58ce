// Sends a chat through LibreChat's client to a server of its own for each request, and prints what arrived there.
//
// Standard input: [{ "addParams": { ... }, "options": { ... } }, ...]
//   options: parameters of the chat itself, as a person sets them in LibreChat, by the client's names
// Standard output: [{ "path": "/v1/chat/completions", "body": { ... } }, ...]
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { load } from './load.mjs';

const { ChatOpenAI } = load('@langchain/openai');

// What LibreChat hands to its client; everything else goes into the body as it is. The names are those of
// `knownOpenAIParams` in packages/api/src/endpoints/openai/llm.ts, which is in no package.
const CLIENT_PARAMETERS = new Set(
  `model modelName temperature topP frequencyPenalty presencePenalty n logitBias stop stopSequences user timeout
   stream maxTokens maxCompletionTokens logprobs topLogprobs apiKey organization audio modalities reasoning
   zdrEnabled service_tier supportsStrictToolCalling useResponsesApi configuration tools tool_choice functions
   function_call response_format seed stream_options parallel_tool_calls strict prediction promptIndex text
   truncation include previous_response_id __includeRawResponse maxConcurrency maxRetries verbose streaming
   streamUsage disableStreaming`.split(/\s+/),
);

const answer = { id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] };
const arrived = [];
const server = http.createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  arrived.push({ path: request.url, body: JSON.parse(text) });
  response.setHeader('content-type', 'text/event-stream');
  response.end(`data: ${JSON.stringify(answer)}\n\ndata: [DONE]\n\n`);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const baseURL = `http://127.0.0.1:${server.address().port}/v1`;

for (const { addParams = {}, options = {} } of JSON.parse(readFileSync(0, 'utf8'))) {
  const entries = Object.entries(addParams);
  const client = new ChatOpenAI({
    streaming: true,
    model: 'llama3.2:3b',
    maxRetries: 0,
    user: 'somebody',
    ...options,
    ...Object.fromEntries(entries.filter(([name]) => CLIENT_PARAMETERS.has(name))),
    modelKwargs: Object.fromEntries(entries.filter(([name]) => !CLIENT_PARAMETERS.has(name))),
    apiKey: 'ollama',
    configuration: { baseURL },
  });
  const stream = await client.stream([{ role: 'user', content: 'Hello' }]);
  for await (const _ of stream);
}
server.close();
server.closeAllConnections();
console.log(JSON.stringify(arrived));
