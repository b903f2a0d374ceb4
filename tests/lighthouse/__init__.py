"""How fast and how accessible the built book is, by Lighthouse."""
