"""One driver per database: how statements reach it, how a commit is done there, and what its errors mean."""
