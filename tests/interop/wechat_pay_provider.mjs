// WeChat Pay's side, played with the functions of wechatpay-axios-plugin: it reads what we sign, and signs what we read.

import library from 'wechatpay-axios-plugin';
import { steps, work } from './job.mjs';

const { Aes, Formatter, Rsa } = library;
const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

await work(({ merchantKey, ownKey, ownSerial, apiV3Key, wanted }) => {
  /** Who signed a request, if it is signed as it travelled; nothing where it is not. */
  function request({ method, target, authorization, body }) {
    const [scheme, rest] = authorization.split(/ (.*)/s);
    const said = Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const text = Formatter.request(method, target, said.timestamp, said.nonce_str, body);
    const isSigned = scheme === SCHEME && Rsa.verify(text, said.signature, merchantKey);
    return isSigned ? { mchid: said.mchid, serial: said.serial_no } : null;
  }

  /** Whether the payer's app may be opened with these parameters. */
  function parameters({ app, timeStamp, nonceStr, package: order, signType, paySign }) {
    const text = Formatter.joinedByLineFeed(app, timeStamp, nonceStr, order);
    return signType === 'RSA' && Rsa.verify(text, paySign, merchantKey);
  }

  /** What only WeChat Pay may read. */
  function secret({ ciphertext }) {
    return Rsa.decrypt(ciphertext, ownKey);
  }

  /** Headers and body as they travel, signed now. */
  function signed({ body }) {
    const [timestamp, nonce] = [String(Formatter.timestamp()), Formatter.nonce()];
    const headers = {
      'content-type': 'application/json',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': ownSerial,
      'wechatpay-signature': Rsa.sign(Formatter.response(timestamp, nonce, body), ownKey),
      'wechatpay-signature-type': SCHEME,
    };
    return { headers, body };
  }

  /** A notification of that event, encrypted for the merchant. */
  function notification({ event, about, told }) {
    const nonce = Formatter.nonce(12);
    const resource = {
      original_type: about,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: Aes.AesGcm.encrypt(JSON.stringify(told), apiV3Key, nonce, about),
      associated_data: about,
      nonce,
    };
    const envelope = { id: 'EV-1', event_type: event, resource_type: 'encrypt-resource', summary: '通知', resource };
    return signed({ body: JSON.stringify({ create_time: new Date().toISOString(), ...envelope }) });
  }

  return steps(wanted, { request, parameters, secret, signed, notification });
});
