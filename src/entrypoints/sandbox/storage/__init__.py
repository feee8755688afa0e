"""A bucket in the sandbox: S3's requests and forms, and COS's own form, checked as the real ones check them."""
