// The main job with the official client, unmodified: only baseURL (OPENAI_BASE_URL) and the key are ours.
// Prints one JSON object; the test reads it.
import OpenAI, { toFile } from 'openai';

const client = new OpenAI();
const lines = JSON.parse(process.env.TENON_LINES);
const report = {};

const file = await client.files.create({
  file: await toFile(Buffer.from(lines.join('\n') + '\n'), 'node.jsonl'),
  purpose: 'fine-tune',
});
report.file = await client.files.waitForProcessing(file.id);
report.content = (await (await client.files.content(file.id)).text()).split('\n').length;
report.filesSeen = [];
for await (const each of client.files.list({ limit: 1 })) report.filesSeen.push(each.id);

let job = await client.fineTuning.jobs.create({
  model: process.env.TENON_BASE,
  training_file: file.id,
  validation_file: file.id,
  suffix: 'node',
  seed: 7,
  metadata: { from: 'node' },
  method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1, batch_size: 4 } } },
  adapter: { method: 'lora', rank: 4 },
});
report.created = job.status;

try {
  await client.chat.completions.create({
    model: process.env.TENON_BASE + ':nothing',
    messages: [{ role: 'user', content: 'hi' }],
  });
} catch (error) {
  report.notFound = { kind: error.constructor.name, status: error.status, code: error.code, id: error.requestID };
}

while (!['succeeded', 'failed', 'cancelled'].includes(job.status)) {
  await new Promise((done) => setTimeout(done, 250));
  job = await client.fineTuning.jobs.retrieve(job.id);
}
report.job = job;

report.events = [];
for await (const event of client.fineTuning.jobs.listEvents(job.id, { limit: 2 })) report.events.push(event.id);
report.checkpoints = [];
for await (const point of client.fineTuning.jobs.checkpoints.list(job.id, { limit: 1 })) {
  report.checkpoints.push(point.fine_tuned_model_checkpoint);
}
report.jobsOfNode = [];
for await (const each of client.fineTuning.jobs.list({ limit: 1, metadata: { from: 'node' } })) {
  report.jobsOfNode.push(each.id);
}

const messages = [{ role: 'user', content: 'Hello, who are you?' }];
const asked = { model: job.fine_tuned_model, messages, temperature: 0, max_tokens: 24 };
const whole = await client.chat.completions.create(asked);
report.whole = whole;

let streamed = '';
const stream = await client.chat.completions.create({
  ...asked,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? '';
  if (chunk.usage) report.streamUsage = chunk.usage;
  if (chunk.choices[0]?.finish_reason) report.streamFinish = chunk.choices[0].finish_reason;
}
report.streamed = streamed;

report.models = (await client.models.list()).data.map((model) => model.id);
report.retrieved = (await client.models.retrieve(job.fine_tuned_model)).id;
report.deletedModel = await client.models.delete(job.fine_tuned_model);
report.deletedFile = await client.files.delete(file.id);
console.log(JSON.stringify(report));
