/** Secrets, or a look at those of this moment: a token is renewed while it is used. */
export type Secrets = readonly string[] | (() => readonly string[]);

/** Cuts secrets out of a text that a user or a log will see. */
export function createRedactor(secrets: Secrets): (text: string) => string {
	const fixed = typeof secrets === 'function' ? undefined : secrets.flatMap(spellingsOf);
	const hidden = () => fixed ?? (typeof secrets === 'function' ? secrets() : secrets).flatMap(spellingsOf);
	return (text) => hidden().reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** A secret as it is, as it would stand in an address, and in JSON. */
function spellingsOf(secret: string): string[] {
	return [...new Set([secret, new URLSearchParams([['', secret]]).toString().slice(1), JSON.stringify(secret).slice(1, -1)])];
}
