import { createHash } from '../platform';

export interface Tokens {
	/** A new token, valid for the lifetime from now; earlier ones stay valid. */
	issue(): string;
	isGood(token: string | undefined): boolean;
	/** Makes all tokens invalid. */
	expire(): void;
	issued: string[];
}

export function createTokens(lifetimeMs: number): Tokens {
	const endOf = new Map<string, number>();
	const issued: string[] = [];
	return {
		issued,
		issue: () => {
			const token = `eyJ.${createHash('sha256').update(`${issued.length}`).digest('hex').slice(0, 24)}.sig`;
			issued.push(token);
			endOf.set(token, Date.now() + lifetimeMs);
			return token;
		},
		isGood: (token) => token !== undefined && (endOf.get(token) ?? 0) > Date.now(),
		expire: () => endOf.clear(),
	};
}
