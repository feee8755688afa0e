"""Whose money it is: accounts, transfers, the division of an order's money, earnings and withdrawals."""
