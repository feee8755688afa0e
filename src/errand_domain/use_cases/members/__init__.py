"""What members do with what is theirs: profile, picture, export, leaving; and what is forgotten of them."""
