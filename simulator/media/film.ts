import { mix } from './colours';
import { paint } from './picture';
import type { Scene } from './scenes';

const side = 160;
const frames = 18;

/** A playable MP4 (H.264, 160 by 160, 1.5 seconds): the camera moves slowly into the scene. */
export async function film(scene: Scene): Promise<Buffer> {
	// WebAssembly of 1.7 MB: loaded by the first film, not by every start
	const { createH264MP4Encoder } = await import('h264-mp4-encoder');
	const encoder = await createH264MP4Encoder();
	encoder.width = side;
	encoder.height = side;
	encoder.frameRate = 12;
	encoder.quantizationParameter = 28;
	encoder.speed = 10;
	encoder.initialize();
	for (let frame = 0; frame < frames; frame++) {
		const zoom = 1 - 0.35 * (frame / frames);
		const light = 0.12 * Math.sin((frame / frames) * Math.PI);
		const view: Scene = (x, y) =>
			mix(scene(0.5 + (x - 0.5) * zoom, 0.5 + (y - 0.5) * zoom), [255, 255, 255], light);
		encoder.addFrameRgba(paint(side, side, view).data);
	}
	encoder.finalize();
	const bytes = Buffer.from(encoder.FS.readFile(encoder.outputFilename));
	encoder.delete();
	return bytes;
}
