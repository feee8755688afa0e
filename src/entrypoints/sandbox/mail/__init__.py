"""A mail provider in the sandbox: an SMTP server on loopback that takes the mail of one account into everybody's inbox.

keys       what the provider hands out for the account
server     SMTP: who may hand over, and what arrives
partner    what may go wrong there on request
"""
