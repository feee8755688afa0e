"""What happens to money: collect, give back, settle, pay out, and prove that every fen is where it belongs."""
