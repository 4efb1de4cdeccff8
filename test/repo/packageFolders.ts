import { join, listFolder, projectDir as root } from '../../simulator/platform';

/** The package at the top, and those below `packages/`, which a repository of one package has not. */
export const packageFolders = [
	'.',
	...listFolder(root).filter((name) => name === 'packages'),
].flatMap((folder) =>
	folder === '.' ? [folder] : listFolder(join(root, folder)).map((name) => join(folder, name)),
);
