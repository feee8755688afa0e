"""WeChat in the sandbox: the app's token and users, shipping management over WeChat Pay's payments, and its pushes.

keys ─► tokens                 who may ask
        uploads ─► orders      what is told of a delivery, and what becomes of it: rules without a server
        desk                   shipping management: orders, over what WeChat Pay keeps of payments (`payments`)
        users                  who opens the mini-program, and the tickets that their clients get
        content, images        what is thought of texts and images
        seal                   how a push is encrypted and signed
        partner                the paths, the faults, and what people do
"""
