"""An OpenProject (API v3, versions 13 to 17.8) that behaves like the real one, traps included."""
