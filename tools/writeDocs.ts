import { writeDocuments } from './docs';

void writeDocuments();
