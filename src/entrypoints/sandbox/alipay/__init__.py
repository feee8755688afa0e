"""Alipay in the sandbox: its gateway, its cashier, its notifications and its bills, for one merchant."""
