import { runShape, startedRunShape } from '../../../../../nodes/core/runs/runShape';
import {
	anyKeys,
	extended,
	list,
	orNull,
	record,
	text,
	whole,
} from '../../../../../nodes/core/shape';

const image = {
	filename: text('ComfyUI_00012_.png'),
	download_url: text('https://cdn.example.com/ComfyUI_00012_.png'),
	generation_status: orNull(text('success')),
	mime_type: orNull(text('image/png')),
	node_id: orNull(text('9')),
};
const sent = { inputs: anyKeys({ '6::text': 'a glass bottle with a galaxy inside' }) };

/** A run of Comflowy whose images may have been downloaded. */
export const runWithImages = extended(runShape, {
	...sent,
	group_id: orNull(text(''), null),
	output_names: list(text(''), 0),
	outputs: list(record({ ...image, binary_field: text('data'), file_size: whole(482_113) })),
});

/** A run of Comflowy that has just been started. */
export const startedRun = extended(startedRunShape, {
	...sent,
	group_id: orNull(text(''), null),
	outputs: list(record(image), 0),
});
