import { film } from '../media/film';
import { filler } from '../media/filler';
import { picture, sceneFor } from '../media/picture';
import { retouch, uploadedScene } from '../media/retouch';
import type { Scene } from '../media/scenes';
import { solid } from '../media/solid';
import { sound } from '../media/sound';
import { image, text, video } from './outputKinds';
import type { RunInputs, SimulatedWorkflow, WorkflowOutput } from './simulatedWorkflow';

const promptOf = ({ inputs }: RunInputs): string =>
	inputs.text_51536 ?? inputs.prompt_68667 ?? 'untitled';
const seedOf = ({ inputs }: RunInputs): number => Number(inputs.seed_51537 ?? 0);

/** The first upload; for a link instead of an upload, a scene that the link stands for. */
const sourceOf = ({ files, inputs }: RunInputs): Scene =>
	files.length > 0 ? uploadedScene(files[0]) : sceneFor(inputs.image_22068 ?? '', 0);

const drawPrompt: WorkflowOutput['make'] = (run, index) =>
	picture(promptOf(run), seedOf(run) + index);

/**
 * `describe` returns what can be counted and measured in the picture, in place of a vision model.
 */
const describe = ({ files }: RunInputs): string =>
	files.length === 0
		? 'No image was uploaded.'
		: files
				.map(
					({ name, type, size }, index) => `Image ${index + 1}: ${name} (${type}, ${size} bytes)`,
				)
				.join('\n');

const prompt = { name: 'text_51536', type: 'string' } as const;
const seed = { name: 'seed_51537', type: 'int', required: false } as const;
const picked = { name: 'image_22068', type: 'image' } as const;
const duration = { name: 'duration_10002', type: 'int' } as const;

/**
 * What a simulated deployment offers. Every run also takes `duration_10002`, its work time in ms.
 */
export const defaultWorkflows: SimulatedWorkflow[] = [
	{
		id: '550e8400-e29b-41d4-a716-446655440000',
		name: 'Text to Image',
		description: 'Generate an image from text input',
		inputs: [prompt, seed],
		outputs: [image('filename_prefix_58358', drawPrompt)],
	},
	{
		id: '660f9411-f30c-52e5-b827-557766551111',
		name: 'Image to Image',
		description: 'Transform an existing image',
		inputs: [picked, { name: 'prompt_68667', type: 'string' }],
		outputs: [image('filename_prefix_22070', (run) => retouch(sourceOf(run), promptOf(run)))],
	},
	{
		id: '7710a522-041d-43f6-8938-668877662222',
		name: 'Image to Video',
		description: 'Let the camera move into an image',
		inputs: [picked],
		outputs: [video('filename_prefix_33071', async (run) => await film(sourceOf(run)))],
	},
	{
		id: '8821b633-152e-44a7-9a49-779988773333',
		name: 'Text to Speech',
		description: 'Speak a text',
		inputs: [prompt],
		outputs: [
			{
				name: 'filename_prefix_44082',
				type: 'audio',
				extension: 'wav',
				mimeType: 'audio/wav',
				make: (run) => sound(promptOf(run)),
			},
		],
	},
	{
		id: '9932c744-263f-45b8-8b5a-88aa99884444',
		name: 'Describe Image',
		description: 'Tell what is in one or more images',
		// an upload parameter whose declared type is `string` (protocols: workflows, dashboard
		// screenshot)
		inputs: [{ name: 'image_30001', type: 'image', listedType: 'string' }],
		outputs: [text('filename_prefix_55093', describe)],
	},
	{
		id: 'aa43d855-3740-46c9-9c6b-99bbaa995555',
		name: 'Text to 3D',
		description: null,
		inputs: [prompt],
		outputs: [
			{
				name: 'filename_prefix_66004',
				type: '3d',
				extension: 'glb',
				mimeType: 'model/gltf-binary',
				make: (run) => solid(promptOf(run)),
			},
		],
	},
	{
		id: 'bb54e966-4851-47da-8d7c-aaccbbaa6666',
		name: 'Everything',
		description: 'Two images, a text and a video from one prompt',
		inputs: [prompt, seed],
		outputs: [
			image('filename_prefix_77015', drawPrompt, 2),
			text('filename_prefix_77016', (run) => `A picture of ${promptOf(run)}, seed ${seedOf(run)}.`),
			video(
				'filename_prefix_77017',
				async (run) => await film(sceneFor(promptOf(run), seedOf(run))),
			),
		],
	},
	{
		id: 'cc65fa77-5962-48eb-9e8d-bbddccbb7777',
		name: 'Big File',
		description: 'A file of as many bytes as asked for',
		inputs: [{ name: 'size_10001', type: 'int' }],
		outputs: [
			video('filename_prefix_88026', ({ inputs }) => filler(Number(inputs.size_10001 ?? 0))),
		],
	},
	{
		id: 'dd760b88-6a73-49fc-8f9e-ccee00cc8888',
		name: 'Failing',
		description: 'Fails every time',
		inputs: [{ ...prompt, required: false }],
		outputs: [image('filename_prefix_99037', drawPrompt)],
		failure: 'CUDA out of memory. Tried to allocate 2.00 GiB',
	},
	{
		id: 'ee871c99-7b84-4a0d-90af-ddff11dd9999',
		name: 'Slow',
		description: 'Takes as many milliseconds as asked for',
		inputs: [duration, { ...prompt, required: false }],
		outputs: [image('filename_prefix_10048', drawPrompt)],
	},
];
