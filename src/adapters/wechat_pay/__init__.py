"""WeChat Pay, API v3: collecting, giving back, paying out, notifications and bills of one merchant.

    credentials ─► gateway ─► payments   refunds   payouts   notifications   bills
                   │          what the domain's ports ask for, in WeChat Pay's words
                   ├ sdk      wechatpayv3, which signs, verifies and decrypts; its traps are closed here
                   ├ line     the HTTP client under it, with its time limits
                   └ answers  every answer is `Ok`, `Refused` or `Unknown`; `errors` is the table of codes

`calls` are the SDK's methods with types, `shapes` the JSON that they answer with, `reports` its meaning for the domain;
`numbers` are ours as WeChat Pay takes them; `bill_file`, `yuan` and `china_time` read its bills; `pem` writes keys.

Build one `WechatPayGateway` for a merchant and give it to each of the five; call `prepare` before the first
notification where certificates are to be fetched, and `close` when the process ends. What WeChat Pay does not
document, or documents in two ways, is marked "unverified against the live service", once each.
"""
