/** The nodes of the package, as its build puts them into one file. */
export { Flowscale } from '../../../nodes/Flowscale/Flowscale.node';
export { FlowscaleTrigger } from '../../../nodes/Flowscale/FlowscaleTrigger.node';
