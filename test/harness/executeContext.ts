import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';

const node: INode = {
	id: '1',
	name: 'Flowscale',
	type: 'flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

interface ContextOptions {
	isTolerant?: boolean;
	/** Of every item. */
	binary?: IBinaryKeyData;
	/** Of each item, where they differ. */
	binaries?: IBinaryKeyData[];
	json?: IDataObject;
	/** The node's parameters as they are saved, expressions included. */
	written?: INode['parameters'];
	/** What differs from an ordinary node. */
	more?: Partial<IExecuteFunctions>;
}

/**
 * The little of n8n's context that reading parameters and running items needs; parameters by item.
 */
export function executeContext(
	parameters: IDataObject[],
	{
		isTolerant = false,
		binary = {},
		binaries,
		json = {},
		written = {},
		more = {},
	}: ContextOptions = {},
): IExecuteFunctions {
	const binaryOf = (index: number) => binaries?.[index] ?? binary;
	const at = (name: string, index: number): unknown =>
		name
			.split('.')
			.reduce<unknown>(
				(value, key) =>
					typeof value === 'object' && value !== null && Object.hasOwn(value, key)
						? (value as IDataObject)[key]
						: undefined,
				parameters[index],
			);
	return {
		getInputData: () => parameters.map((_, index) => ({ json, binary: binaryOf(index) })),
		getNode: () => ({ ...node, parameters: written }),
		continueOnFail: () => isTolerant,
		getNodeParameter: (name: string, index: number, fallback?: unknown) => {
			const value = at(name, index);
			return value === undefined ? fallback : value;
		},
		helpers: {
			assertBinaryData: (index: number, field: string) => {
				const found = binaryOf(index)[field];
				// As n8n has it, which finds what every object has.
				if (found === undefined) throw new Error('n8n says it its own way');
				return found;
			},
		},
		...more,
	} as unknown as IExecuteFunctions;
}
