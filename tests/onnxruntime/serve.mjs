// Runs ONNX models for tests and experiments: `node serve.mjs FOLDER` reads a JSON request a line and answers each with a JSON line, in order.
//   {id, model, optimization, session, threads, runs: [[{name, type, dims, file}]], outputs}    runs: a list of inputs for each run of one session
//   {id, keep: KEY, model, optimization, session, threads, inputs: [{name, type, dims, file}]}    a session to be timed, with its inputs
//   {id, time: KEY, milliseconds}                                                                  runs it again and again: {id, ok: true, calls, seconds}
//   {id, drop: KEY}
//   {id, ok: true, runs: [[{name, type, dims, file}]]}                                 files of the folder that `outputs` names
//   {id, ok: false, error}
// Types have ONNX's names; files hold the elements as they lie in memory, little-endian. FOLDER is removed when no more requests can come.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';

ort.env.logLevel = 'error';

// ONNX's name of an element type, the binding's, and the array that the binding takes.
const types = [
  ['float', 'float32', Float32Array],
  ['double', 'float64', Float64Array],
  ['float16', 'float16', Uint16Array],
  ['int8', 'int8', Int8Array],
  ['uint8', 'uint8', Uint8Array],
  ['int16', 'int16', Int16Array],
  ['uint16', 'uint16', Uint16Array],
  ['int32', 'int32', Int32Array],
  ['uint32', 'uint32', Uint32Array],
  ['int64', 'int64', BigInt64Array],
  ['uint64', 'uint64', BigUint64Array],
  ['bool', 'bool', Uint8Array],
];

function read({ name, type, dims, file }) {
  const row = types.find(([onnx]) => onnx === type);
  if (!row) throw new Error(`input '${name}': element type ${type}`);
  const bytes = new Uint8Array(readFileSync(file)); // a copy at an aligned address: what readFileSync returns may lie anywhere
  return new ort.Tensor(row[1], new row[2](bytes.buffer), dims);
}

function write(name, tensor, file) {
  const row = types.find(([, binding]) => binding === tensor.type);
  if (!row) throw new Error(`output '${name}': element type ${tensor.type}`);
  writeFileSync(file, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
  return { name, type: row[0], dims: tensor.dims, file };
}

const open = ({ model, optimization, session: options, threads }) => ort.InferenceSession.create(model, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: optimization,
  intraOpNumThreads: threads,
  interOpNumThreads: threads,
  extra: { session: options },
});

const feeds = (inputs) => Object.fromEntries(inputs.map((input) => [input.name, read(input)]));

async function run({ runs, outputs, ...how }) {
  const session = await open(how);
  try {
    const answers = [];
    for (const [i, inputs] of runs.entries()) {
      const results = await session.run(feeds(inputs));
      answers.push(session.outputNames.map((name, o) => write(name, results[name], join(outputs, `run${i}-output${o}`))));
    }
    return answers;
  } finally {
    await session.release();
  }
}

const kept = new Map();

async function time(key, milliseconds) {
  const { session, inputs } = kept.get(key);
  const start = performance.now();
  let [calls, now] = [0, start];
  do {
    await session.run(inputs);
    calls++;
    now = performance.now();
  } while (now - start < milliseconds);
  return { calls, seconds: (now - start) / 1000 };
}

async function perform(request) {
  if (request.keep) {
    kept.set(request.keep, { session: await open(request), inputs: feeds(request.inputs) });
    return {};
  }
  if (request.time) return time(request.time, request.milliseconds);
  if (request.drop) {
    await kept.get(request.drop)?.session.release();
    kept.delete(request.drop);
    return {};
  }
  return { runs: await run(request) };
}

async function answer(line) {
  let id = null;
  try {
    const request = JSON.parse(line);
    id = request.id;
    return { id, ok: true, ...await perform(request) };
  } catch (error) {
    return { id, ok: false, error: String(error?.message ?? error) };
  }
}

process.on('SIGINT', () => {}); // Ctrl-C reaches the asking process as well: its end closes our input
process.stdout.on('error', () => {}); // nobody is left to read the answer: the input has ended too

for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
rmSync(process.argv[2], { recursive: true, force: true });
