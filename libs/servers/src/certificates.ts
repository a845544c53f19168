import type { generate as Generate } from 'selfsigned';

/** Certificate and private key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Loaded when the first certificate is made: it brings two hundred modules. */
async function generate(...parts: Parameters<typeof Generate>): ReturnType<typeof Generate> {
  return (await import('selfsigned')).generate(...parts);
}

const KEYS = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Creates a certificate authority. */
export async function authority(): Promise<Certificate> {
  const extensions = [
    { name: 'basicConstraints' as const, cA: true, critical: true },
    { name: 'keyUsage' as const, keyCertSign: true, cRLSign: true, critical: true },
  ];
  const made = await generate([{ name: 'commonName', value: 'Catga test authority' }], {
    ...KEYS,
    extensions,
  });
  return { cert: made.cert, key: made.private };
}

/** Creates a certificate signed by an authority: for a server on the loopback interface, or for a client. */
export async function signedBy(ca: Certificate, commonName: string): Promise<Certificate> {
  const extensions = [
    { name: 'basicConstraints' as const, cA: false },
    { name: 'keyUsage' as const, digitalSignature: true },
    { name: 'extKeyUsage' as const, serverAuth: true, clientAuth: true },
    {
      name: 'subjectAltName' as const,
      altNames: [
        { type: 2 as const, value: 'localhost' }, // Clients check this name for a server given by its IP address.
        { type: 7 as const, ip: '127.0.0.1' },
      ],
    },
  ];
  const made = await generate([{ name: 'commonName', value: commonName }], { ...KEYS, ca, extensions });
  return { cert: made.cert, key: made.private };
}
