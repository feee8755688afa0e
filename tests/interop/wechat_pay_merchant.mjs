// A merchant who uses wechatpay-axios-plugin: it signs, and believes nothing of WeChat Pay's that it cannot verify.

import { gunzipSync } from 'node:zlib';
import library from 'wechatpay-axios-plugin';
import { steps, work } from './job.mjs';

const { Aes, Formatter, Hash, Rsa, Wechatpay } = library;

await work(({ merchant, apiV3Key, wanted }) => {
  const client = new Wechatpay(merchant);

  /** A call: its answer; or the status and code of a refusal; or why the library does not believe the answer. */
  async function call({ method, path, body, query, ...more }) {
    const settings = { params: query, timeout: 5000, ...more };
    const resource = client.chain(path);
    try {
      const answer = await (method === 'get' ? resource.get(settings) : resource.post(body, settings));
      return { status: answer.status, told: answer.data };
    } catch (error) {
      if (error.code?.startsWith('EV3_')) return { doubt: error.code };
      if (!error.response) throw error;
      return { status: error.response.status, code: error.response.data.code };
    }
  }

  /** A call with a name that only WeChat Pay may read, under the key that is named in the header. */
  function callNaming({ body, serial, ...rest }) {
    const name = Rsa.encrypt(body.user_name, merchant.certs[serial]);
    return call({ ...rest, body: { ...body, user_name: name }, headers: { 'Wechatpay-Serial': serial } });
  }

  /** WeChat Pay's certificates, which the library believes from then on, as the library's own command does it. */
  async function certificates() {
    const learn = (response) => {
      for (const { serial_no: serial, encrypt_certificate: secret } of JSON.parse(response).data) {
        const pem = Aes.AesGcm.decrypt(secret.ciphertext, apiV3Key, secret.nonce, secret.associated_data);
        merchant.certs[serial] = Rsa.from(pem, Rsa.KEY_TYPE_PUBLIC);
      }
      return response;
    };
    const reading = [learn, ...client.client.v3.defaults.transformResponse];
    const { status, told } = await call({ method: 'get', path: 'v3/certificates', transformResponse: reading });
    return { status, serials: told.data.map((one) => one.serial_no) };
  }

  /** A bill, unpacked, compared with its digest, and read. */
  async function bill({ path, query }) {
    const { told } = await call({ method: 'get', path, query });
    const { pathname, searchParams } = new URL(told.download_url);
    const place = { path: pathname.slice(1), query: Object.fromEntries(searchParams), responseType: 'arraybuffer' };
    const packed = await call({ method: 'get', ...place });
    const file = query.tar_type === 'GZIP' ? gunzipSync(packed.told) : packed.told;
    const isWhole = told.hash_type === 'SHA1' && Hash.sha1(file) === told.hash_value;
    return { isWhole, ...Formatter.castCsvBill(file) };
  }

  /** What a notification says; nothing where it is not signed by a key that is known. */
  function opened({ headers, body }) {
    const key = merchant.certs[headers['wechatpay-serial']];
    const text = Formatter.response(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body);
    if (!key || !Rsa.verify(text, headers['wechatpay-signature'], key)) return null;
    const { event_type: event, resource } = JSON.parse(body);
    const { ciphertext, nonce, associated_data: about } = resource;
    return { event, told: JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, about)) };
  }

  /** Somebody does something at the sandbox that no merchant can do. */
  async function outside({ path, body }) {
    const answer = await fetch(`${merchant.baseURL}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status };
  }

  return steps(wanted, { call, callNaming, certificates, bill, opened, outside });
});
