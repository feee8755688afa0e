// A merchant who uses alipay-sdk: it signs, and believes nothing of Alipay's that it cannot verify.

import { AlipaySdk } from 'alipay-sdk';
import { steps, work } from './job.mjs';

const NOT_VERIFIED = '验签失败';

await work(({ merchant, wanted }) => {
  const client = new AlipaySdk(merchant);

  /** A call, and what is inside of its answer; or that the library does not believe it. */
  async function call({ method, content, ...more }) {
    try {
      return await client.exec(method, { bizContent: content, ...more }, { validateSign: true });
    } catch (error) {
      if (error.message.startsWith(NOT_VERIFIED)) return { doubt: NOT_VERIFIED };
      throw error;
    }
  }

  /** An order for the payer's browser: an address to open, or the page of a form that sends itself. */
  function page({ method, by, content, ...more }) {
    return client.pageExec(method, by, { bizContent: content, ...more });
  }

  /** An order for the payer's app. */
  function app({ method, content, ...more }) {
    return client.sdkExec(method, { bizContent: content, ...more });
  }

  /** The payer opens an order in a browser. */
  async function open(order) {
    const answer = await fetch(page({ by: 'GET', ...order }));
    return answer.text();
  }

  /** Whether Alipay has signed a notification. */
  function isSigned({ fields }) {
    return client.checkNotifySignV2(fields);
  }

  /** A bill's bytes in hexadecimal, from where Alipay says that it is. */
  async function bill(order) {
    const { billDownloadUrl } = await call(order);
    const answer = await fetch(billDownloadUrl);
    return Buffer.from(await answer.arrayBuffer()).toString('hex');
  }

  /** Somebody does something at the sandbox that no merchant can do. */
  async function outside({ path, body }) {
    const url = new URL(path, merchant.gateway);
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status };
  }

  return steps(wanted, { call, page, app, open, isSigned, bill, outside });
});
