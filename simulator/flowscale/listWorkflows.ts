import { json } from '../answer';
import { absent } from './failures';
import type { Operation } from './service';
import type { WorkflowInput } from './simulatedWorkflow';

const listed = ({ name, type, listedType }: WorkflowInput): [string, string] => [
	name,
	listedType ?? type,
];

const isFile = (type: string) => ['image', 'video', 'audio'].includes(type);

/**
 * As the dashboard declares an input (protocols: a second dialect of the vendor's types); the path
 * is that of a ComfyUI node.
 */
const declaration = ({ name, type, label, options }: WorkflowInput, place: number) => ({
	path: `${place + 3}.inputs.${name.replace(/_\d+$/, '')}`,
	label: label ?? name,
	parameter_name: name,
	demo_type: options ? 'combo' : type === 'int' ? 'number' : type === 'string' ? 'textarea' : type,
	value_type: isFile(type) ? 'string' : type,
	category: isFile(type) ? 'media' : 'basic',
	randomize: name.startsWith('seed'),
	...(options ? { options } : {}),
});

/** An output as the dashboard declares it: its name may be missing, its label never is. */
const outputDeclaration = ({ name, type }: { name: string; type: string }, place: number) => ({
	label: place === 0 ? name : `Result ${place + 1}`,
	demo_type: type,
	path: place === 0 ? null : `${place + 9}.outputs.0`,
	parameter_name: place === 0 ? null : name,
	value_type: null,
	category: null,
	randomize: false,
});

/**
 * `GET /comfy/workflows`: inputs and outputs as JSON texts (JS SDK) or as objects (Python beta
 * types).
 */
export const listWorkflows: Operation = ({ workflows, dialect }) => {
	if (dialect.workflows === 'none') return absent();
	if (dialect.workflows === 'beta') {
		return json(200, {
			status: 'success',
			data: {
				workflows: workflows.map(({ id, name, description, inputs, outputs }) => ({
					workflow_id: id,
					name,
					description,
					inputs: Object.fromEntries(inputs.map(listed)),
					outputs: outputs.map((output) => output.name),
				})),
			},
		});
	}
	if (dialect.workflows === 'typed') {
		return json(200, {
			status: 'success',
			data: workflows.map(({ id, name, description, inputs, outputs }) => ({
				id,
				name,
				description,
				inputs: inputs.map(declaration),
				outputs: outputs.map(outputDeclaration),
			})),
		});
	}
	return json(200, {
		status: 'success',
		data: workflows.map(({ id, name, description, inputs, outputs }) => ({
			id,
			name,
			description,
			inputs: JSON.stringify(Object.fromEntries(inputs.map(listed))),
			outputs: JSON.stringify(
				Object.fromEntries(outputs.map((output) => [output.name, output.type])),
			),
		})),
	});
};
