// Alipay's side, played with the functions of alipay-sdk: it reads what we sign, and signs what we read.

import { createSign } from 'node:crypto';
import { AlipaySdk } from 'alipay-sdk';
import { steps, work } from './job.mjs';

await work(({ merchantKey, ownKey, wanted }) => {
  // From here, the other side is the merchant.
  const client = new AlipaySdk({ appId: 'alipay', privateKey: ownKey, keyType: 'PKCS8', alipayPublicKey: merchantKey });

  function signature(text) {
    return createSign('RSA-SHA256').update(text, 'utf8').sign(ownKey, 'base64');
  }

  /** Whether the merchant signed these parameters of a request, the kind of the signature among them. */
  function isSigned({ parameters: { sign, ...said } }) {
    return client.notifyRSACheck(said, sign, said.sign_type, true);
  }

  /** By which names the library tells Alipay of certificates. */
  function serials({ certificate, roots }) {
    const certified = new AlipaySdk({
      appId: 'merchant',
      privateKey: ownKey,
      keyType: 'PKCS8',
      appCertContent: certificate,
      alipayPublicCertContent: certificate,
      alipayRootCertContent: roots,
    });
    return { app: certified.config.appCertSn, alipay: certified.config.alipayCertSn, root: certified.config.alipayRootCertSn };
  }

  /** The form of a notification: all that it says is signed. */
  function notification({ fields }) {
    const text = Object.keys(fields).sort().map((name) => `${name}=${fields[name]}`).join('&');
    return new URLSearchParams({ ...fields, sign_type: 'RSA2', sign: signature(text) }).toString();
  }

  /** An answer of which just that is signed what the library would verify of it. */
  function answer({ node, content }) {
    const written = (sign) => `{"${node}": ${content}, "alipay_cert_sn": "", "sign": "${sign}"}`;
    const place = 'x'.repeat(signature('').length); // the library looks for the end too far behind, but not farther
    return written(signature(client.getSignStr(written(place), node)));
  }

  return steps(wanted, { isSigned, serials, notification, answer });
});
