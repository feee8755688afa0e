"""Alipay's open platform: collecting, giving back, paying out, notifications and bills of one merchant.

    credentials ─► gateway ─► payments   refunds   payouts   notifications   bills
                   │          what the domain's ports ask for, in Alipay's words
                   ├ signing  RSA2: what is signed, and by whose key an answer is known
                   ├ envelope the answer's bytes that are signed, cut out exactly
                   └ answers  every answer is `Ok`, `Refused` or `Unknown`; `errors` is the table of codes

`shapes` is the JSON of Alipay, `reports` its meaning for the domain, `bill_file` its bills, `yuan` and `china_time` how
it writes amounts and times, `pem` and `certificates` keys as merchants receive them. Build one `AlipayGateway` for a
merchant and give it to each of the five; close it when the process ends. What could not be checked there is marked
"unverified against the live service", once each.
"""
