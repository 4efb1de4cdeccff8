import type { Answer } from '../answer';
import type { Request } from '../exchange';
import { picture } from '../media/picture';
import type { ComflowyService } from './comflowyService';

/**
 * The host of the images, which wants no token. Whatever a name says, its content is a picture that
 * shows run and name.
 */
export function download({ runs, options }: ComflowyService, { entry }: Request): Answer {
	if (entry.headers.authorization !== undefined)
		return { status: 400, body: 'Only one auth mechanism allowed' };
	const [id, ...path] = decodeURIComponent(entry.path).slice(1).split('/');
	const name = options.links === 'view' ? (entry.query.filename ?? '') : path.join('/');
	const run = runs.find((candidate) => candidate.id === id);
	const isThere =
		run !== undefined && Object.values(run.images).some((names) => names.includes(name));
	return isThere
		? {
				status: 200,
				headers: { 'content-type': options.contentType ?? 'image/png' },
				body: picture(`${String(run.params['6::text'] ?? '')} ${name}`),
			}
		: { status: 404, body: 'not found' };
}
