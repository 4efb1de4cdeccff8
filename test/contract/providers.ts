import type { OpenProvider } from './provider';
import { useComflowyProvider } from './providers/comflowy';
import { useFlowAiProvider } from './providers/flowAi';
import { useFlowscaleProvider } from './providers/flowscale';

/** The services of this repository, by name. */
export const useProviders = (): Record<string, OpenProvider> => ({
	Flowscale: useFlowscaleProvider(),
	Comflowy: useComflowyProvider(),
	FlowAI: useFlowAiProvider(),
});
