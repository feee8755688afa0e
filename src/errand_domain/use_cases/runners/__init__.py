"""How members become runners, and cease to be: application, review, standing, lapse."""
