import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';

const node: INode = {
	id: '1',
	name: 'Flowscale',
	type: 'flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** The little of n8n's context that reading parameters and running items needs; parameters by item. */
export function executeContext(
	parameters: IDataObject[],
	{ isTolerant = false, binary = {} as IBinaryKeyData, json = {} as IDataObject } = {},
): IExecuteFunctions {
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
		getInputData: () => parameters.map(() => ({ json, binary })),
		getNode: () => node,
		continueOnFail: () => isTolerant,
		getNodeParameter: (name: string, index: number, fallback?: unknown) => {
			const value = at(name, index);
			return value === undefined ? fallback : value;
		},
		helpers: {
			assertBinaryData: (_: number, field: string) => {
				// As n8n has it, which finds what every object has.
				if (binary[field] === undefined) throw new Error('n8n says it its own way');
				return binary[field];
			},
		},
	} as unknown as IExecuteFunctions;
}
