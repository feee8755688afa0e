"""WeChat Pay in the sandbox: orders, refunds, transfers to users and bills of one merchant, faithful to the wire.

keys ─► wire       signatures of both sides, over bytes; what is encrypted
payments   refunds   transfers   what each of them is, and what may happen to it: rules without a server
bills      the files of one day
partner    the paths, the faults, and what people do
"""
