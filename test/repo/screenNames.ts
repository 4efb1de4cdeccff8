import { type Package, readPackages } from '../../tools/packages';

/** What n8n's editor and its nodes call their parts, on 2.41.1. */
export const OF_N8N = new Set(
	[
		'+|AI Agent|Attachment Field Name|Attachments|Binary|Code|Execute Once|Execute step',
		'Expression|If|Import from File|Install|JSON|Max Iterations|n8n Form|n8n Form Trigger|On Error',
		'On n8n Form Submission|Page Type|Predefined Credential Type|Production URL|Respond|Respond With',
		'Actions|Credentials|Create credential|Respond to Webhook|Retry|Retry On Fail|Retry with original workflow|Save successful production executions',
		'Settings|Stop|Tool|Uninstall package|Update|View|Waiting executions|Webhook|Webhook URLs',
	].flatMap((line) => line.split('|')),
);
/** What the vendors' documents call the parts of Flowscale's dashboard, and of FlowAI's. */
export const OF_SERVICES = new Set([
	'API Management',
	'API Server',
	'API Settings',
	'Project Settings',
	'ComfyUI Workspace',
	'Advanced API Settings',
	'Deploy',
	'Regenerate',
]);

/** Every name in a description: labels of fields, choices of lists, operations, actions. */
function namesIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(namesIn);
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		['displayName', 'name', 'valuesLabel', 'placeholder', 'action'].includes(key) &&
		typeof inner === 'string'
			? [inner]
			: namesIn(inner),
	);
}

export const withoutUnit = (label: string) => label.replace(/ \((Seconds|MB|JSON|Insecure)\)$/, '');

/** Every name on the screen of a package: of its nodes and its credential, with and without units. */
export const labelsOf = ({ nodes, credentials }: Package): Set<string> =>
	new Set(namesIn([...nodes, ...credentials]).flatMap((label) => [label, withoutUnit(label)]));

export const labels = new Set(readPackages().flatMap((one) => [...labelsOf(one)]));
