import { readFileNow } from './platform';

/** A self-signed certificate, made with openssl; it is valid for 127.0.0.1 until 2126. */
export const selfSigned = {
	key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPwQJaCp2IXrzkoVo
DSxOYenGYKuNaLEugO1fP40Rqv+hRANCAASG8GxqKxxNtFFLTL7zHBTfJt3l7B+/
OPZG2BUSYP5L1UX0OMcOuMYMJ6JN1q595CZ5vBjO3Dsv3Hi4ZM5ti9hi
-----END PRIVATE KEY-----`,
	cert: readFileNow('simulator/selfSigned.pem'),
};
