"""The small language inside a spec: paths, typed expressions and templates over plain data, without effects."""
