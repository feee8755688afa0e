"""One errand: its terms, its price, its states and who may move it from one to the next."""
