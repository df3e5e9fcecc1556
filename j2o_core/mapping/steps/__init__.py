"""The steps that come with the core, one module a family; ``j2o_core.mapping.builtin`` registers them."""
