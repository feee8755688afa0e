"""The suite. Folders are named after the part of the product that they hold to its promises."""
