"""Tencent Cloud: text messages."""
