/** Secrets, or a look at those of this moment: a token is renewed while it is used. */
export type Secrets = readonly string[] | (() => readonly string[]);

/** In messages; and in results, where a short key may well be a part of some word or link, and no harm is done by leaving it. */
const SHORTEST = { inMessages: 4, inResults: 8 };

/** Cuts secrets out of a text that a user or a log will see. */
export function createRedactor(
	secrets: Secrets,
	place: keyof typeof SHORTEST = 'inMessages',
): (text: string) => string {
	const spelled = (all: readonly string[]) =>
		all.filter(({ length }) => length >= SHORTEST[place]).flatMap(spellingsOf);
	const fixed = typeof secrets === 'function' ? undefined : spelled(secrets);
	const hidden = () => fixed ?? spelled(typeof secrets === 'function' ? secrets() : secrets);
	return (text) => hidden().reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** A secret as it is, as it would stand in an address, and in JSON. */
function spellingsOf(secret: string): string[] {
	return [
		...new Set([
			secret,
			new URLSearchParams([['', secret]]).toString().slice(1),
			JSON.stringify(secret).slice(1, -1),
		]),
	];
}
