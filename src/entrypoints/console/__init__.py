"""Pages for people in a browser, served beside the API. So far: the page behind an operator's one-time link."""
