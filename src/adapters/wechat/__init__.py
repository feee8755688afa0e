"""WeChat's own interfaces for one mini-program: asking who its users are, telling of deliveries, hearing pushes.

    line ─► api ─► shipping        push
       token ┘  └► mini_program    hearing, with push_seal (signature, encryption) and push_words (JSON, XML)

`line` is the HTTP client, which keeps the access token and the secret out of everything that is logged or raised;
`token` gets that token and keeps it; `errors` is the table of codes, and `answers` what they make of a reply. Build one
`WechatApi` for an app, give it to whoever asks WeChat something, and close it when the process ends. What WeChat does
not document is marked "unverified against the live service", once each.
"""
