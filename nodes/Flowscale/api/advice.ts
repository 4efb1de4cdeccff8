import { lacksCall } from '../../core/http/statuses';

/** What to do after a refusal that a user can fix, or wait out; undefined: the usual advice. */
export function adviceFor(status: number): string | undefined {
	if (status === 400 || status === 422)
		return 'Check the inputs and IDs of this item: their names and types are in the deployment’s API dashboard. An empty field is not sent.';
	// A key belongs to a project (flowscale-docs: concepts/projects.mdx).
	if (status === 401 || status === 403)
		return 'Check the API key in the credential: it is in Project Settings > API Settings of the deployment’s project.';
	if (status === 404)
		return 'Check the IDs of this item (choose the workflow from the list), and the Base URL in the credential: this deployment has nothing at that address.';
	if (status === 413) return 'The files of this item are larger than the deployment accepts.';
	if (status >= 500 && !lacksCall(status))
		return 'The deployment has trouble, or is just starting up. Try again in a moment.';
	return undefined;
}
