"""WeChat in the sandbox: the app's token, shipping management over the payments of WeChat Pay, and its pushes."""
