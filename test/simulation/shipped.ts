/** What ships, as far as the simulation plays it. */
export { executeOperation } from '../../nodes/Flowscale/operations/resources';
export { pollRuns } from '../../nodes/Flowscale/trigger/pollRuns';
