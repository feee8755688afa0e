"""An objection by one side: heard on both sides, decided by operations, above a sum by two of them."""
