/** A link as an address of its own: some proxies hand out paths, or addresses without a scheme. What is neither stays as it is. */
export function absoluteLink(link: string, root: string): string {
	return URL.canParse(link, root) ? new URL(link, root).href : link;
}
