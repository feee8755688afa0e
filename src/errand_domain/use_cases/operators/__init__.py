"""What staff do with members, with each other and with campuses, and the record of it."""
