import { fs, join, projectDir } from '../../simulator/platform';
import { patched } from './bundle';
import { mutants } from './mutants';

it.each(mutants)('the code still has the place that breaks: $name', async (mutant) => {
	const text = await fs.readFile(join(projectDir, mutant.file), 'utf8');
	expect(patched(text, mutant)).not.toBe(text);
});
