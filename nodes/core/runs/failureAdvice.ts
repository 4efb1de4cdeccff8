/**
 * What to do about the reason of a failed run, where it is one that ComfyUI's users meet often;
 * patterns after the texts of ComfyUI, PyTorch and the file helpers. All patterns of a row must be
 * found.
 */
const ADVICE: ReadonlyArray<[patterns: RegExp[], advice: string]> = [
	[
		[/out of memory|outofmemory|\bOOM\b|allocation on device|failed to allocate/i],
		'Lower the image size, the batch size or the number of frames.',
	],
	[
		[/node type|missing_node_type|cannot execute because/i, /not found|not exist|missing/i],
		'Install the missing custom node in the workflow’s ComfyUI.',
	],
	[
		[/value not in list|not in \[/i],
		'Choose a model or value that the workflow’s ComfyUI has, or install the missing one there.',
	],
	[
		[/checkpoint|model|lora|vae|safetensors/i, /not found|no such|missing|not exist/i],
		'Choose a model or value that the workflow’s ComfyUI has, or install the missing one there.',
	],
	[
		[
			/invalid (?:image|audio|video)|cannot identify image|unidentifiedimage|unsupported (?:file|image|audio|video)/i,
		],
		'Check that the file of this item is of the kind that the workflow takes.',
	],
	[
		[
			/required input is missing|return type mismatch|smaller than min|bigger than max|failed validation|invalid prompt/i,
		],
		'Check the inputs of this item against those of the workflow.',
	],
	[[/budget|credit|insufficient (?:funds|balance)/i], 'Check the budget of the account.'],
];
/**
 * @param reason the service's own words; null: it gave none
 * @param serviceName as messages call it
 */
export function failureAdvice(reason: string | null, serviceName: string): string {
	const known = ADVICE.find(([patterns]) =>
		patterns.every((pattern) => pattern.test(reason ?? '')),
	);
	return known?.[1] ?? `Open the run at ${serviceName} for details.`;
}
