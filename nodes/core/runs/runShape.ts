import {
	anyKeys,
	decimal,
	extended,
	flag,
	list,
	orNull,
	record,
	type Shape,
	text,
	whole,
} from '../shape';

const file = {
	filename: text('filename_prefix_58358_LP5XMMVA7T.png'),
	download_url: text('https://storage.example.com/generations/f1.png?signature=…'),
	generation_status: orNull(text('success')),
	mime_type: orNull(text('image/png')),
};

/** An output that was not downloaded. */
const linkShape = record(file);

/** An output as an operation with downloads gives it: a file, or a text. */
export const outputShape = record(
	{
		...file,
		file_content: text('A red fox in the snow.'),
		binary_field: text('data'),
		file_size: whole(482_113),
	},
	['file_content'],
);

/** A run as every operation returns it (see `Run`), its outputs as links. */
export const runShape = record({
	run_id: orNull(text('83c4ffd0-20f5-4bd1-9dcc-312684e4edaa')),
	workflow_id: orNull(text('550e8400-e29b-41d4-a716-446655440000')),
	group_id: orNull(text('n8n-231')),
	status: text('completed'),
	state: text('succeeded'),
	finished: flag(true),
	inputs: anyKeys({ text_51536: 'sunset over misty hills', seed_51537: '7' }),
	output_names: list(text('filename_prefix_58358_LP5XMMVA7T')),
	outputs: list(linkShape),
	created_at: orNull(text('2026-11-22T11:47:11Z')),
	started_at: orNull(text('2026-11-22T11:47:12Z')),
	completed_at: orNull(text('2026-11-22T11:47:19Z')),
	duration_seconds: orNull(decimal(7)),
	error_message: orNull(text(''), null),
	progress: orNull(decimal(100), null),
});

/** A run whose outputs were downloaded. */
export const runWithFilesShape = extended(runShape, { outputs: list(outputShape) });

/** A run that has just been started. */
export const startedRunShape: Shape = extended(runShape, {
	status: text('queued'),
	state: text('queued'),
	finished: flag(false),
	output_names: list(text(''), 0),
	outputs: list(linkShape, 0),
	started_at: orNull(text(''), null),
	completed_at: orNull(text(''), null),
	duration_seconds: orNull(decimal(0), null),
});
